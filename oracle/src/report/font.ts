import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { zlibSync } from "fflate"
import { create, type Font } from "fontkit"
import { itemAt } from "../item"

/**
 * The two faces of DejaVu Sans that pages are set in, and subsets of them as PDF embeds them. pdfkit takes 25 ms a document
 * for the same subset and compresses with the zlib of the machine, whose bytes differ between processors; glyphs are
 * copied here as they are, without hints, and compressed by code that gives the same bytes everywhere.
 */

export type FaceName = "regular" | "bold"
export const FACES: readonly FaceName[] = ["regular", "bold"]

const FILES: Record<FaceName, string> = { regular: "DejaVuSans.ttf", bold: "DejaVuSans-Bold.ttf" }
/** What a character without a glyph is shown as; both faces have it. */
const REPLACEMENT = 0xfffd
/** H, flat above and below. */
const CAPITAL = 0x48
/** Scripts whose letters change with their neighbours, or run from right to left, or carry marks. */
const SHAPED =
  /[\u0300-\u036f\u0483-\u0489\u0590-\u10ff\u1200-\u1cff\u1dc0-\u1dff\u20d0-\u20ff\u2c00-\u2dff\ua000-\udfff\ufb13-\ufe2f\ufe70-\ufeff]/
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}](?:[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{M}\p{Zs}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{M}])?/gu

/** One glyph of a line, lengths in units of the face. */
export interface PlacedGlyph {
  id: number
  /** What it stands for. */
  text: string
  advance: number
  /** Distance from the pen, for marks. */
  x: number
  y: number
}

export class Face {
  readonly unitsPerEm: number
  readonly ascent: number
  readonly descent: number
  readonly capHeight: number
  readonly bounds: readonly number[]
  readonly postscriptName: string
  private readonly font: Font
  private readonly characters = new Map<number, PlacedGlyph>()
  private readonly tables = new Map<string, Buffer>()
  private readonly programs = new Map<string, Uint8Array>()

  constructor(readonly name: FaceName) {
    const bytes = readFileSync(require.resolve(`dejavu-fonts-ttf/ttf/${FILES[name]}`))
    this.font = create(bytes) as Font
    this.unitsPerEm = this.font.unitsPerEm
    this.ascent = this.font.ascent
    this.descent = this.font.descent
    // The table that would say so is older than this field.
    this.capHeight = this.font.glyphForCodePoint(CAPITAL).bbox.maxY
    this.postscriptName = this.font.postscriptName
    const { minX, minY, maxX, maxY } = this.font.bbox
    this.bounds = [minX, minY, maxX, maxY]
    for (let table = 0; table < bytes.readUInt16BE(4); table++) {
      const entry = 12 + table * 16
      const offset = bytes.readUInt32BE(entry + 8)
      this.tables.set(
        bytes.toString("latin1", entry, entry + 4),
        bytes.subarray(offset, offset + bytes.readUInt32BE(entry + 12)),
      )
    }
  }

  /** The glyphs of a line from left to right. */
  layOut(text: string): PlacedGlyph[] {
    if (!SHAPED.test(text)) return this.plain(text)
    const glyphs: PlacedGlyph[] = []
    let at = 0
    for (const match of text.matchAll(RIGHT_TO_LEFT)) {
      glyphs.push(...this.shaped(text.slice(at, match.index), "ltr"), ...this.shaped(match[0], "rtl"))
      at = match.index + match[0].length
    }
    return [...glyphs, ...this.shaped(text.slice(at), "ltr")]
  }

  private plain(text: string): PlacedGlyph[] {
    return Array.from(text, (character) => this.glyphOf(character.codePointAt(0) ?? REPLACEMENT))
  }

  private glyphOf(codePoint: number): PlacedGlyph {
    const known = this.characters.get(codePoint)
    if (known !== undefined) return known
    const shown = this.font.hasGlyphForCodePoint(codePoint) ? codePoint : REPLACEMENT
    const { id, advanceWidth } = this.font.glyphForCodePoint(shown)
    const glyph = { id, text: String.fromCodePoint(shown), advance: advanceWidth, x: 0, y: 0 }
    this.characters.set(codePoint, glyph)
    return glyph
  }

  private shaped(text: string, direction: "ltr" | "rtl"): PlacedGlyph[] {
    if (text === "") return []
    const known = Array.from(
      text,
      (character) => this.glyphOf(character.codePointAt(0) ?? REPLACEMENT).text,
    ).join("")
    try {
      const run = this.font.layout(known, { liga: false, kern: false }, undefined, undefined, direction)
      return run.glyphs.map((glyph, place) => {
        const position = itemAt(run.positions, place)
        return {
          id: glyph.id,
          text: String.fromCodePoint(...glyph.codePoints),
          advance: position.xAdvance,
          x: position.xOffset,
          y: position.yOffset,
        }
      })
    } catch {
      // Shaping reads tables that no test of fontkit covers for every script: the letters unshaped are still the name.
      return this.plain(text)
    }
  }

  widthOf(glyphs: readonly PlacedGlyph[]): number {
    return glyphs.reduce((sum, glyph) => sum + glyph.advance, 0)
  }

  advanceOf(id: number): number {
    const metrics = this.table("hmtx")
    const full = this.table("hhea").readUInt16BE(34)
    return metrics.readUInt16BE(4 * Math.min(id, full - 1))
  }

  /** Compressed font program with the given glyphs in this order; the first is `.notdef`. */
  program(ids: readonly number[]): Uint8Array {
    const key = ids.join(" ")
    let program = this.programs.get(key)
    if (program === undefined) {
      program = zlibSync(this.subset(ids), { level: 9 })
      // Pages of one language share nearly always the same letters; hostile names must not fill the memory.
      if (this.programs.size >= MOST_PROGRAMS) this.programs.clear()
      this.programs.set(key, program)
    }
    return program
  }

  private subset(ids: readonly number[]): Buffer {
    const all = [...ids]
    const place = new Map<number, number>()
    all.forEach((id, index) => {
      if (!place.has(id)) place.set(id, index)
    })
    const outlines: Buffer[] = []
    // Composite glyphs name others, which are appended while the list is walked.
    for (let index = 0; index < all.length; index++) {
      const outline = Buffer.from(withoutHints(this.outline(itemAt(all, index))))
      eachComponent(outline, (offset) => {
        const id = outline.readUInt16BE(offset)
        let target = place.get(id)
        if (target === undefined) {
          target = all.push(id) - 1
          place.set(id, target)
        }
        outline.writeUInt16BE(target, offset)
      })
      outlines.push(
        outline.length % 4 === 0 ? outline : Buffer.concat([outline, Buffer.alloc(4 - (outline.length % 4))]),
      )
    }
    const loca = Buffer.alloc(4 * (all.length + 1))
    let end = 0
    outlines.forEach((outline, index) => {
      end += outline.length
      loca.writeUInt32BE(end, 4 * (index + 1))
    })
    const metrics = Buffer.alloc(4 * all.length)
    all.forEach((id, index) => {
      metrics.writeUInt16BE(this.advanceOf(id), 4 * index)
      metrics.writeInt16BE(
        itemAt(outlines, index).length === 0 ? 0 : itemAt(outlines, index).readInt16BE(2),
        4 * index + 2,
      )
    })
    const head = Buffer.from(this.table("head"))
    head.writeUInt32BE(0, 8)
    head.writeInt16BE(1, 50)
    const hhea = Buffer.from(this.table("hhea"))
    hhea.writeUInt16BE(all.length, 34)
    const maxp = Buffer.from(this.table("maxp"))
    maxp.writeUInt16BE(all.length, 4)
    return fontFile([
      ["glyf", Buffer.concat(outlines)],
      ["head", head],
      ["hhea", hhea],
      ["hmtx", metrics],
      ["loca", loca],
      ["maxp", maxp],
    ])
  }

  private outline(id: number): Buffer {
    const loca = this.table("loca")
    const long = this.table("head").readInt16BE(50) === 1
    const offset = (index: number): number =>
      long ? loca.readUInt32BE(4 * index) : 2 * loca.readUInt16BE(2 * index)
    return this.table("glyf").subarray(offset(id), offset(id + 1))
  }

  private table(name: string): Buffer {
    const table = this.tables.get(name)
    if (table === undefined) throw new Error(`${FILES[this.name]} has no table ${name}`)
    return table
  }
}

const MOST_PROGRAMS = 256

const ARGUMENTS_ARE_WORDS = 0x0001
const HAS_SCALE = 0x0008
const MORE_COMPONENTS = 0x0020
const HAS_TWO_SCALES = 0x0040
const HAS_MATRIX = 0x0080
const HAS_INSTRUCTIONS = 0x0100

/** Calls back with the place of each component's glyph id; returns where the components end. */
function eachComponent(outline: Buffer, visit: (offset: number) => void): number {
  if (outline.length === 0 || outline.readInt16BE(0) >= 0) return 0
  let at = 10
  for (;;) {
    const flags = outline.readUInt16BE(at)
    visit(at + 2)
    at += 4 + (flags & ARGUMENTS_ARE_WORDS ? 4 : 2)
    at += flags & HAS_SCALE ? 2 : flags & HAS_TWO_SCALES ? 4 : flags & HAS_MATRIX ? 8 : 0
    if (!(flags & MORE_COMPONENTS)) return at
  }
}

/** The outline without instructions: they need tables that are not embedded. */
function withoutHints(outline: Buffer): Buffer {
  if (outline.length === 0) return outline
  const contours = outline.readInt16BE(0)
  if (contours < 0) {
    const bare = Buffer.from(outline)
    const end = eachComponent(bare, (offset) => {
      bare.writeUInt16BE(bare.readUInt16BE(offset - 2) & ~HAS_INSTRUCTIONS, offset - 2)
    })
    return bare.subarray(0, end)
  }
  const lengthAt = 10 + 2 * contours
  const length = outline.readUInt16BE(lengthAt)
  return Buffer.concat([
    outline.subarray(0, lengthAt),
    Buffer.alloc(2),
    outline.subarray(lengthAt + 2 + length),
  ])
}

function fontFile(tables: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const power = 2 ** Math.floor(Math.log2(tables.length))
  const header = Buffer.alloc(12 + 16 * tables.length)
  header.writeUInt32BE(0x00010000, 0)
  header.writeUInt16BE(tables.length, 4)
  header.writeUInt16BE(power * 16, 6)
  header.writeUInt16BE(Math.log2(power), 8)
  header.writeUInt16BE(tables.length * 16 - power * 16, 10)
  const parts: Buffer[] = [header]
  let offset = header.length
  tables.forEach(([name, content], index) => {
    const padded = Buffer.concat([content, Buffer.alloc((4 - (content.length % 4)) % 4)])
    const entry = 12 + 16 * index
    header.write(name, entry, "latin1")
    header.writeUInt32BE(checksum(padded), entry + 4)
    header.writeUInt32BE(offset, entry + 8)
    header.writeUInt32BE(content.length, entry + 12)
    parts.push(padded)
    offset += padded.length
  })
  const file = Buffer.concat(parts)
  const head = tables.findIndex(([name]) => name === "head")
  const at = file.readUInt32BE(12 + 16 * head + 8)
  file.writeUInt32BE((0xb1b0afba - checksum(file)) >>> 0, at + 8)
  return file
}

function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0
  return sum
}

/** Six letters that belong to a choice of glyphs, as PDF wants them before the name of a subset. */
export function subsetTag(ids: readonly number[]): string {
  const digest = createHash("sha256").update(ids.join(" ")).digest()
  return String.fromCharCode(...digest.subarray(0, 6).map((byte) => 65 + (byte % 26)))
}

let loaded: Record<FaceName, Face> | null = null

/** Both faces, read once a process or worker. */
export function faces(): Record<FaceName, Face> {
  loaded ??= { regular: new Face("regular"), bold: new Face("bold") }
  return loaded
}
