/** A text as a literal of standard SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
