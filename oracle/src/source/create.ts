import type { SourceConfig } from "../config/sources"
import { FilesSource } from "./files"
import type { Source } from "./source"

/** The source that a configuration describes; secrets are read when they are needed. */
export function createSource(config: SourceConfig): Source {
  switch (config.kind) {
    case "files":
      return new FilesSource(config)
  }
}
