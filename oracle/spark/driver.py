"""Runs the oracle's SQL statements on Apache Spark: one JSON object a line on stdin, one answer a line on stdout.

    {"run": sql} -> {}    {"rows": sql} -> {"rows": [...]}    {"lines": sql, "path": file, "header": text or null} -> {}

`lines` writes the only column of a query, row by row in its order, without holding the result. Nothing is computed here.
"""

import json
import os
import sys


def main():
    settings = json.loads(sys.stdin.readline())
    # The protocol keeps stdout for itself: whatever else prints goes to stderr.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(settings["master"]).appName("stk-oracle")
    for key, value in settings["conf"].items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")

    def answer(value):
        answers.write(json.dumps(value, ensure_ascii=False) + "\n")
        answers.flush()

    answer({"version": spark.version})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "run" in request:
                spark.sql(request["run"])
                answer({})
            elif "rows" in request:
                answer({"rows": [row.asDict() for row in spark.sql(request["rows"]).collect()]})
            else:
                write_lines(spark.sql(request["lines"]), request["path"], request["header"])
                answer({})
        except Exception as error:  # the oracle decides what to do
            answer({"error": str(error)[:4000]})
    spark.stop()


def write_lines(frame, path, header):
    with open(path, "w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        if header is not None:
            file.write(header + "\n")
        for row in frame.toLocalIterator(prefetchPartitions=False):
            file.write(row[0])
            file.write("\n")


main()
