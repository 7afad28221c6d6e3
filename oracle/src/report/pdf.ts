import { createHash } from "node:crypto"
import { zlibSync } from "fflate"
import { itemAt } from "../item"
import { FACES, faces, subsetTag, type Face, type FaceName, type PlacedGlyph } from "./font"

/**
 * A small writer of PDF 1.7: pages of text, rectangles and lines, nothing that acts. Text reaches a file only as numbers of
 * glyphs, so no name can become an operator, a string or a link. Equal calls give equal bytes on every machine.
 */

/** A4 in points. */
export const PAGE_WIDTH = 595.28
export const PAGE_HEIGHT = 841.89

export interface TextStyle {
  face?: FaceName
  size: number
  /** `#rrggbb` */
  color: string
  align?: "left" | "right" | "center"
}

/** Glyphs that a document uses of one face, numbered in the order of their first use. */
class UsedGlyphs {
  readonly ids: number[] = [0]
  readonly texts: string[] = ["\ufffd"]
  private readonly places = new Map<string, number>()

  constructor(readonly face: Face) {}

  place(glyph: PlacedGlyph): number {
    // Two characters may share an outline; each keeps a number of its own, so that what is copied is what was written.
    const key = `${glyph.id} ${glyph.text}`
    const known = this.places.get(key)
    if (known !== undefined) return known
    const place = this.ids.push(glyph.id) - 1
    this.texts.push(glyph.text)
    this.places.set(key, place)
    return place
  }
}

export interface PdfInformation {
  title: string
  author: string
  language: string
  /** Unix seconds. */
  createdAt: number
}

export class PdfDocument {
  private readonly pages: string[][] = []
  private readonly used: Record<FaceName, UsedGlyphs>
  private page: string[] = []

  /** @param alphabet characters that every document of a kind embeds, so that most share one font program */
  constructor(alphabet: Readonly<Record<FaceName, string>>) {
    const { regular, bold } = faces()
    this.used = { regular: new UsedGlyphs(regular), bold: new UsedGlyphs(bold) }
    for (const name of FACES)
      for (const glyph of this.used[name].face.layOut(alphabet[name])) this.used[name].place(glyph)
  }

  addPage(): void {
    this.page = []
    this.pages.push(this.page)
  }

  /** Goes back to a page, from 0, to add what is known at the end. */
  selectPage(index: number): void {
    this.page = itemAt(this.pages, index)
  }

  get pageCount(): number {
    return this.pages.length
  }

  widthOf(text: string, style: Pick<TextStyle, "face" | "size">): number {
    const { face } = this.used[style.face ?? "regular"]
    return (face.widthOf(face.layOut(text)) * style.size) / face.unitsPerEm
  }

  /** The text, shortened with an ellipsis where it is wider than `width`. */
  fitted(text: string, width: number, style: Pick<TextStyle, "face" | "size">): string {
    if (this.widthOf(text, style) <= width) return text
    const letters = [...text]
    let [fits, over] = [0, letters.length]
    while (over - fits > 1) {
      const middle = (fits + over) >> 1
      if (this.widthOf(`${letters.slice(0, middle).join("").trimEnd()}…`, style) <= width) fits = middle
      else over = middle
    }
    return `${letters.slice(0, fits).join("").trimEnd()}…`
  }

  /** The text in lines of at most `width`; a word that is wider alone is broken. */
  wrapped(text: string, width: number, style: Pick<TextStyle, "face" | "size">): string[] {
    const lines: string[] = []
    let line = ""
    for (const word of text.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`
      if (this.widthOf(longer, style) <= width) {
        line = longer
        continue
      }
      if (line !== "") lines.push(line)
      line = word
      while (this.widthOf(line, style) > width) {
        const letters = [...line]
        let count = letters.length - 1
        while (count > 1 && this.widthOf(letters.slice(0, count).join(""), style) > width) count--
        lines.push(letters.slice(0, count).join(""))
        line = letters.slice(count).join("")
      }
    }
    if (line !== "") lines.push(line)
    return lines
  }

  /** Writes one line; `y` is its baseline from the top. */
  text(x: number, y: number, text: string, style: TextStyle): void {
    const used = this.used[style.face ?? "regular"]
    const { face } = used
    const glyphs = face.layOut(text)
    const width = (face.widthOf(glyphs) * style.size) / face.unitsPerEm
    const left = style.align === "right" ? x - width : style.align === "center" ? x - width / 2 : x
    const perMille = 1000 / face.unitsPerEm
    const parts: string[] = []
    let hex = ""
    let rise = 0
    const flush = (): void => {
      if (hex !== "") parts.push(`<${hex}>`)
      hex = ""
    }
    const end = (): void => {
      flush()
      if (parts.length > 0) shown.push(`[${parts.join("")}]TJ`)
      parts.length = 0
    }
    const move = (units: number): void => {
      if (units === 0) return
      flush()
      parts.push(number(-units * perMille))
    }
    const shown: string[] = []
    for (const glyph of glyphs) {
      if (glyph.y !== rise) {
        end()
        rise = glyph.y
        shown.push(`${number((rise * style.size) / face.unitsPerEm)} Ts`)
      }
      move(glyph.x)
      hex += used.place(glyph).toString(16).padStart(4, "0")
      move(glyph.advance - glyph.x - face.advanceOf(glyph.id))
    }
    end()
    if (rise !== 0) shown.push("0 Ts")
    this.page.push(
      `BT ${fill(style.color)} /${style.face === "bold" ? "B" : "R"} ${number(style.size)} Tf ` +
        `${number(left)} ${number(PAGE_HEIGHT - y)} Td ${shown.join(" ")} ET`,
    )
  }

  rectangle(x: number, y: number, width: number, height: number, color: string, radius = 0): void {
    const bottom = PAGE_HEIGHT - y - height
    this.page.push(
      radius === 0
        ? `${fill(color)} ${number(x)} ${number(bottom)} ${number(width)} ${number(height)} re f`
        : `${fill(color)} ${rounded(x, bottom, width, height, Math.min(radius, width / 2, height / 2))} f`,
    )
  }

  line(x1: number, y1: number, x2: number, y2: number, color: string, width: number): void {
    this.page.push(
      `${rgb(color)} RG ${number(width)} w ${number(x1)} ${number(PAGE_HEIGHT - y1)} m ${number(x2)} ${number(PAGE_HEIGHT - y2)} l S`,
    )
  }

  finish(information: PdfInformation): Buffer {
    const objects: (string | Buffer)[] = []
    const add = (object: string | Buffer): number => objects.push(object)
    const stream = (dictionary: string, compressed: Uint8Array): Buffer =>
      Buffer.concat([
        Buffer.from(`<<${dictionary}/Filter/FlateDecode/Length ${compressed.length}>>\nstream\n`, "latin1"),
        compressed,
        Buffer.from("\nendstream", "latin1"),
      ])
    const created = pdfDate(information.createdAt)
    const catalog = add(
      `<</Type/Catalog/Pages 2 0 R/Lang(${information.language})/ViewerPreferences<</DisplayDocTitle true>>>>`,
    )
    add("")
    const info = add(
      `<</Title${textString(information.title)}/Author${textString(information.author)}/Producer(stk-oracle)` +
        `/CreationDate(${created})/ModDate(${created})>>`,
    )
    const fonts = FACES.map((name) => {
      const { face, ids, texts } = this.used[name]
      const perMille = 1000 / face.unitsPerEm
      const scaled = (units: number): number => Math.round(units * perMille)
      const program = face.program(ids)
      const file = add(stream("", program))
      const fontName = `${subsetTag(ids)}+${face.postscriptName}`
      const descriptor = add(
        `<</Type/FontDescriptor/FontName/${fontName}/Flags 4/FontBBox[${face.bounds.map(scaled).join(" ")}]/ItalicAngle 0` +
          `/Ascent ${scaled(face.ascent)}/Descent ${scaled(face.descent)}/CapHeight ${scaled(face.capHeight)}` +
          `/StemV ${name === "bold" ? 140 : 80}/FontFile2 ${file} 0 R>>`,
      )
      const descendant = add(
        `<</Type/Font/Subtype/CIDFontType2/BaseFont/${fontName}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>` +
          `/FontDescriptor ${descriptor} 0 R/CIDToGIDMap/Identity/W[0[${ids.map((id) => number(face.advanceOf(id) * perMille)).join(" ")}]]>>`,
      )
      const toUnicode = add(stream("", compressedMap(texts)))
      return add(
        `<</Type/Font/Subtype/Type0/BaseFont/${fontName}/Encoding/Identity-H/DescendantFonts[${descendant} 0 R]/ToUnicode ${toUnicode} 0 R>>`,
      )
    })
    const kids = this.pages.map((page) => {
      const content = add(stream("", zlibSync(Buffer.from(page.join("\n"), "latin1"), { level: 6 })))
      return add(
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${PAGE_WIDTH} ${PAGE_HEIGHT}]/Contents ${content} 0 R` +
          `/Resources<</Font<</R ${itemAt(fonts, 0)} 0 R/B ${itemAt(fonts, 1)} 0 R>>>>>>`,
      )
    })
    objects[1] = `<</Type/Pages/Count ${kids.length}/Kids[${kids.map((kid) => `${kid} 0 R`).join(" ")}]>>`
    return assemble(objects, catalog, info)
  }
}

function assemble(objects: readonly (string | Buffer)[], catalog: number, info: number): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1")]
  let offset = itemAt(parts, 0).length
  const offsets = objects.map((object, index) => {
    const start = offset
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`, "latin1"),
      typeof object === "string" ? Buffer.from(object, "latin1") : object,
      Buffer.from("\nendobj\n", "latin1"),
    ])
    parts.push(part)
    offset += part.length
    return start
  })
  const id = createHash("sha256").update(Buffer.concat(parts)).digest("hex").slice(0, 32)
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n` +
        offsets.map((start) => `${String(start).padStart(10, "0")} 00000 n \n`).join("") +
        `trailer\n<</Size ${objects.length + 1}/Root ${catalog} 0 R/Info ${info} 0 R/ID[<${id}><${id}>]>>\nstartxref\n${offset}\n%%EOF\n`,
      "latin1",
    ),
  )
  return Buffer.concat(parts)
}

/** Most entries that one block of a character map may have. */
const MAP_BLOCK = 100

const maps = new Map<string, Uint8Array>()
const MOST_MAPS = 256

/** The compressed map, which documents with the same letters share. */
function compressedMap(texts: readonly string[]): Uint8Array {
  const key = texts.join("\u0000")
  let map = maps.get(key)
  if (map === undefined) {
    map = zlibSync(Buffer.from(unicodeMap(texts), "latin1"), { level: 6 })
    if (maps.size >= MOST_MAPS) maps.clear()
    maps.set(key, map)
  }
  return map
}

function unicodeMap(texts: readonly string[]): string {
  const entries = texts.map((text, place) => `<${place.toString(16).padStart(4, "0")}> <${utf16(text)}>`)
  const blocks: string[] = []
  for (let at = 0; at < entries.length; at += MAP_BLOCK) {
    const block = entries.slice(at, at + MAP_BLOCK)
    blocks.push(`${block.length} beginbfchar\n${block.join("\n")}\nendbfchar`)
  }
  return (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
    "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
    `1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n${blocks.join("\n")}\n` +
    "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
  )
}

/** A text as UTF-16 in hexadecimal, which needs no escapes. */
function textString(text: string): string {
  return `<feff${utf16(text)}>`
}

function utf16(text: string): string {
  return Buffer.from(text, "utf16le").swap16().toString("hex")
}

function pdfDate(seconds: number): string {
  return `D:${new Date(seconds * 1000).toISOString().slice(0, 19).replace(/\D/g, "")}Z`
}

function number(value: number): string {
  // Adding zero turns −0 into 0.
  return String(Math.round(value * 100) / 100 + 0)
}

function rgb(color: string): string {
  const part = (at: number): string => number(parseInt(color.slice(at, at + 2), 16) / 255)
  return `${part(1)} ${part(3)} ${part(5)}`
}

function fill(color: string): string {
  return `${rgb(color)} rg`
}

/** How far control points stand from the corner, for a quarter of a circle. */
const ARC = 0.5523

function rounded(x: number, y: number, width: number, height: number, radius: number): string {
  const [right, top, k] = [x + width, y + height, radius * (1 - ARC)]
  const p = (...values: number[]): string => values.map(number).join(" ")
  return [
    `${p(x + radius, y)} m ${p(right - radius, y)} l`,
    `${p(right - k, y, right, y + k, right, y + radius)} c ${p(right, top - radius)} l`,
    `${p(right, top - k, right - k, top, right - radius, top)} c ${p(x + radius, top)} l`,
    `${p(x + k, top, x, top - k, x, top - radius)} c ${p(x, y + radius)} l`,
    `${p(x, y + k, x + k, y, x + radius, y)} c`,
  ].join(" ")
}
