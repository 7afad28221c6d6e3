import { z } from "zod"
import { secretSchema } from "./secret"

const emailSchema = z.strictObject({
  /** The operator's SMTP server. */
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(587),
  /** TLS from the first byte (port 465); otherwise STARTTLS, which is insisted on unless the server is this machine. */
  secure: z.boolean().default(false),
  user: z.string().min(1).optional(),
  password: secretSchema.optional(),
  from: z.string().min(3),
  replyTo: z.string().min(3).optional(),
  /** Attaches the member's weekly PDF. */
  attachReport: z.boolean().default(true),
})

const telegramSchema = z.strictObject({
  /** The bot's token. */
  token: secretSchema,
  api: z
    .string()
    .regex(/^https?:\/\//)
    .default("https://api.telegram.org"),
})

const webhookSchema = z.strictObject({
  url: z.string().regex(/^https?:\/\//),
  /** Key of the HMAC that the receiver checks. */
  secret: secretSchema,
})

const posthogSchema = z.strictObject({
  /** PostHog's address for events, such as https://eu.i.posthog.com. */
  host: z.string().regex(/^https?:\/\//),
  /** The project's key for sending events; not the personal key that reads. */
  projectKey: secretSchema,
})

/** How members are told; without a channel nobody is. */
export const noticesConfigSchema = z.strictObject({
  email: emailSchema.optional(),
  telegram: telegramSchema.optional(),
  /** Gets every notice as JSON, for a platform that tells its members itself. */
  webhook: webhookSchema.optional(),
  /** Gets every notice as an event of its own, for the community's product analytics. */
  posthog: posthogSchema.optional(),
  /** For members whose own language is not known. */
  language: z.enum(["en", "ru"]).default("en"),
  /** Where members learn more; part of the texts. */
  link: z
    .string()
    .regex(/^https?:\/\//)
    .optional(),
  /** Messages on their way at once. */
  concurrency: z.int().min(1).max(64).default(4),
  /** Days after which a week is no news: nobody is told of it, such as after the recovery of a lost database. */
  mostDaysLate: z.int().min(1).default(14),
  /** After so many attempts a message is given up and listed. */
  mostAttempts: z.int().min(1).max(50).default(10),
})
export type NoticesConfig = z.infer<typeof noticesConfigSchema>
export type EmailConfig = z.infer<typeof emailSchema>
export type TelegramConfig = z.infer<typeof telegramSchema>
export type PosthogCaptureConfig = z.infer<typeof posthogSchema>
export type WebhookConfig = z.infer<typeof webhookSchema>
