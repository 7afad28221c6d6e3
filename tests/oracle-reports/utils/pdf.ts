import { inflateSync } from "node:zlib"
import { getDocumentProxy } from "unpdf"

/** A PDF read back without the code that wrote it. */

/** Texts of all pages in the order of the file, as pdf.js finds them. */
export async function textsOf(pdf: Buffer): Promise<string[]> {
  const document = await getDocumentProxy(new Uint8Array(pdf))
  const texts: string[] = []
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent()
    for (const item of items) if ("str" in item && item.str.trim() !== "") texts.push(item.str)
  }
  await document.destroy()
  return texts
}

/** Everything in the file: dictionaries as they are, streams inflated. */
export function objectsOf(pdf: Buffer): { dictionary: string; content: Buffer | null }[] {
  const text = pdf.toString("latin1")
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1])
  const offsets = [...text.slice(start).matchAll(/^(\d{10}) \d{5} n $/gm)].map((match) => Number(match[1]))
  return offsets.map((offset) => {
    const end = text.indexOf("\nendobj", offset)
    const stream = text.indexOf("\nstream\n", offset)
    if (stream === -1 || stream > end) return { dictionary: text.slice(offset, end), content: null }
    const dictionary = text.slice(offset, stream)
    const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1])
    return { dictionary, content: inflateSync(pdf.subarray(stream + 8, stream + 8 + length)) }
  })
}

/** The same texts by the file's own character maps: fifty times as fast as pdf.js, for many files. */
export function quickTextsOf(pdf: Buffer): string[] {
  const objects = objectsOf(pdf)
  const letters = (place: number): Map<string, string> => {
    const font = objects[place]?.dictionary ?? ""
    const map = objects[Number(/\/ToUnicode (\d+)/.exec(font)?.[1]) - 1]?.content?.toString("latin1") ?? ""
    return new Map(
      [...map.matchAll(/^<([0-9a-f]{4})> <([0-9a-f]+)>$/gm)].map((match) => [
        match[1] ?? "",
        Buffer.from(match[2] ?? "", "hex")
          .swap16()
          .toString("utf16le"),
      ]),
    )
  }
  const texts: string[] = []
  for (const { dictionary } of objects) {
    const page = /\/Contents (\d+) 0 R\/Resources<<\/Font<<\/R (\d+) 0 R\/B (\d+) 0 R/.exec(dictionary)
    if (page === null) continue
    const fonts: Record<string, Map<string, string>> = {
      R: letters(Number(page[2]) - 1),
      B: letters(Number(page[3]) - 1),
    }
    const content = objects[Number(page[1]) - 1]?.content?.toString("latin1") ?? ""
    for (const [, font = "", shown = ""] of content.matchAll(/\/([RB]) [\d.]+ Tf .* Td (.*) ET/g)) {
      const glyphs = [...shown.matchAll(/<([0-9a-f]*)>/g)].map((match) => match[1] ?? "").join("")
      texts.push((glyphs.match(/.{4}/g) ?? []).map((glyph) => fonts[font]?.get(glyph) ?? "?").join(""))
    }
  }
  return texts.filter((text) => text.trim() !== "")
}
