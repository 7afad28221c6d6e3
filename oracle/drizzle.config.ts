import { defineConfig } from "drizzle-kit"

/** `npm run migrations --workspace oracle` writes the SQL of a changed schema into `migrations/`. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/store/schema/index.ts",
  out: "./migrations",
  schemaFilter: ["stk_oracle"],
})
