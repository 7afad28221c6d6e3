import type { SourceConfig } from "../config/sources"
import { DiscourseSource } from "./discourse_api"
import type { EconomyRules } from "../score/rules"
import { FilesSource } from "./files"
import { PosthogCountsSource } from "./hogql"
import { PosthogApiSource } from "./posthog_api"
import type { Source } from "./source"
import { XapiSource } from "./xapi_api"

/** The source that a configuration describes; secrets are read when they are needed. */
export function createSource(config: SourceConfig, rules: EconomyRules): Source {
  switch (config.kind) {
    case "files":
      return new FilesSource(config)
    case "discourse":
      return new DiscourseSource(config)
    case "xapi":
      return new XapiSource(config)
    case "posthog":
      return config.counting === "source"
        ? new PosthogCountsSource(config, rules)
        : new PosthogApiSource(config, rules)
  }
}
