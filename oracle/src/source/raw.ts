import { createHash } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { constants, gunzipSync, gzipSync } from "node:zlib"

/**
 * Raw files: what a source gave, line by line, immutable. A file is whole on the disk, under its name, before anything
 * refers to it; its name carries its hash, so that a file is known to be whole without asking anybody.
 */

export const RAW_FOLDER = "raw"
const NAME = /^(\d+)-([0-9a-f]{12})\.jsonl\.gz$/
const HASH_CHARACTERS = 12
/** Byte of the gzip header that names the operating system; 255 is "unknown", equal everywhere. */
const GZIP_SYSTEM = 9
const TEMPORARY = ".tmp"

export interface RawContent {
  bytes: Buffer
  sha256: string
}

/** The bytes of a raw file: equal lines give equal bytes. */
export function packLines(lines: readonly string[]): RawContent {
  const bytes = gzipSync(lines.map((line) => line + "\n").join(""), {
    level: constants.Z_DEFAULT_COMPRESSION,
  })
  bytes[GZIP_SYSTEM] = 255
  return { bytes, sha256: hashOf(bytes) }
}

export function unpackLines(bytes: Buffer): string[] {
  const lines = gunzipSync(bytes).toString("utf8").split("\n")
  lines.pop()
  return lines
}

/** Where a raw file lies, below the data directory. */
export function rawPath(source: string, pull: number, sha256: string): string {
  return join(RAW_FOLDER, source, `${pull}-${sha256.slice(0, HASH_CHARACTERS)}.jsonl.gz`)
}

/** Writes a file so that it is there whole or not at all, whatever happens meanwhile. */
export async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}${TEMPORARY}`
  const file = await open(temporary, "w")
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  await syncFolder(dirname(path))
}

/** A rename is on the disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export interface RawFile {
  /** Below the data directory. */
  path: string
  pull: number
}

/** Raw files of a source in the order in which they were written; half-written ones are removed. */
export async function listRaw(data: string, source: string): Promise<RawFile[]> {
  const folder = join(data, RAW_FOLDER, source)
  const names = await readdir(folder).catch(() => [])
  const files: RawFile[] = []
  for (const name of names) {
    if (name.endsWith(TEMPORARY)) await rm(join(folder, name))
    const match = NAME.exec(name)
    if (match !== null) files.push({ path: join(RAW_FOLDER, source, name), pull: Number(match[1]) })
  }
  return files.sort((a, b) => a.pull - b.pull)
}

/** The content of a raw file, or null when it is not what its name says. */
export async function readRaw(data: string, path: string): Promise<RawContent | null> {
  const bytes = await readFile(join(data, path))
  const sha256 = hashOf(bytes)
  return path.includes(`-${sha256.slice(0, HASH_CHARACTERS)}.`) ? { bytes, sha256 } : null
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex")
}
