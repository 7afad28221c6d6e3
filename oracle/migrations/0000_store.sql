CREATE SCHEMA "stk_oracle";
--> statement-breakpoint
CREATE TABLE "stk_oracle"."leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"token" bigint NOT NULL,
	"expires_at" timestamp(6) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."transaction_members" (
	"signature" text NOT NULL,
	"week" integer NOT NULL,
	"first_member" integer NOT NULL,
	"last_member" integer NOT NULL,
	CONSTRAINT "transaction_members_signature_first_member_pk" PRIMARY KEY("signature","first_member")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."transactions" (
	"signature" text PRIMARY KEY NOT NULL,
	"week" integer NOT NULL,
	"economy" text NOT NULL,
	"genesis_hash" text NOT NULL,
	"kind" text NOT NULL,
	"what" text NOT NULL,
	"blockhash" text NOT NULL,
	"last_valid_block_height" bigint NOT NULL,
	"fee" bigint NOT NULL,
	"compute_units" integer NOT NULL,
	"evidence" text,
	"bytes" text NOT NULL,
	"outcome" text,
	"slot" bigint,
	"error" text,
	"prepared_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp(6) with time zone
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."decisions" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"who" text NOT NULL,
	"action" text NOT NULL,
	"reason" text NOT NULL,
	"detail" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."facts" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"written_at" timestamp(6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."outbox" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"week" integer NOT NULL,
	"user_id" text NOT NULL,
	"channel" text NOT NULL,
	"address" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp(6) with time zone,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."events" (
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"type" text NOT NULL,
	"user_id" text NOT NULL,
	"counterpart" text,
	"occurred_at" timestamp(6) with time zone NOT NULL,
	"arrived_at" timestamp(6) with time zone,
	"week" integer NOT NULL,
	"pull" bigint NOT NULL,
	"line" bigint NOT NULL,
	CONSTRAINT "events_source_source_id_pk" PRIMARY KEY("source","source_id")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."held_events" (
	"week" integer NOT NULL,
	"source" text NOT NULL,
	"source_id" text NOT NULL,
	"rule" text NOT NULL,
	"score" integer NOT NULL,
	"user_id" text NOT NULL,
	"detail" jsonb NOT NULL,
	"released_by" text,
	CONSTRAINT "held_events_source_source_id_rule_pk" PRIMARY KEY("source","source_id","rule")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."members" (
	"user_id" text PRIMARY KEY NOT NULL,
	"wallet" text NOT NULL,
	"level" integer NOT NULL,
	"level_evidence" text,
	"platform_streak" integer,
	"payment_status" text,
	"discourse_username" text,
	"display_name" text,
	"email" text,
	"telegram" text,
	"language" text,
	"is_deleted" boolean DEFAULT false NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."pulls" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"path" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"records" bigint NOT NULL,
	"pulled_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"first_at" timestamp(6) with time zone,
	"last_at" timestamp(6) with time zone,
	CONSTRAINT "pulls_content" UNIQUE("source","sha256")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."pushed_counts" (
	"source" text NOT NULL,
	"week" integer NOT NULL,
	"user_id" text NOT NULL,
	"type" text NOT NULL,
	"day" integer NOT NULL,
	"count" numeric(39, 0) NOT NULL,
	CONSTRAINT "pushed_counts_source_week_user_id_type_day_pk" PRIMARY KEY("source","week","user_id","type","day")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."rejections" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"week" integer,
	"source" text NOT NULL,
	"source_id" text,
	"reason" text NOT NULL,
	"detail" text,
	"user_id" text,
	"type" text,
	"occurred_at" timestamp(6) with time zone,
	"file" text NOT NULL,
	"line" bigint NOT NULL,
	"item" integer
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."sources" (
	"name" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"cursor" jsonb,
	"updated_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"error" text
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."findings" (
	"week" integer NOT NULL,
	"rule" text NOT NULL,
	"subject" text NOT NULL,
	"score" integer NOT NULL,
	"detail" jsonb NOT NULL,
	CONSTRAINT "findings_week_rule_subject_pk" PRIMARY KEY("week","rule","subject")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."results" (
	"week" integer NOT NULL,
	"user_id" text NOT NULL,
	"wallet" text NOT NULL,
	"member_index" integer NOT NULL,
	"level" integer NOT NULL,
	"streak" integer NOT NULL,
	"weight_sum" bigint NOT NULL,
	"points" text NOT NULL,
	"reward" numeric(39, 0) NOT NULL,
	"credited" numeric(39, 0),
	"report_sha256" text,
	CONSTRAINT "results_week_user_id_pk" PRIMARY KEY("week","user_id")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."steps" (
	"week" integer NOT NULL,
	"step" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(6) with time zone,
	"ended_at" timestamp(6) with time zone,
	"result" jsonb,
	"error" text,
	CONSTRAINT "steps_week_step_pk" PRIMARY KEY("week","step")
);
--> statement-breakpoint
CREATE TABLE "stk_oracle"."weeks" (
	"week" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"inputs" jsonb,
	"summary_sha256" text,
	"summary" jsonb,
	"reports_sha256" text,
	"held_because" text,
	"overridden_by" text,
	"is_final" boolean DEFAULT false NOT NULL,
	"chain" jsonb
);
--> statement-breakpoint
ALTER TABLE "stk_oracle"."transaction_members" ADD CONSTRAINT "transaction_members_signature_transactions_signature_fk" FOREIGN KEY ("signature") REFERENCES "stk_oracle"."transactions"("signature") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "transaction_members_of_week" ON "stk_oracle"."transaction_members" USING btree ("week","first_member");--> statement-breakpoint
CREATE INDEX "transactions_of_week" ON "stk_oracle"."transactions" USING btree ("week","kind");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "stk_oracle"."outbox" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "events_of_member" ON "stk_oracle"."events" USING btree ("week","user_id");--> statement-breakpoint
CREATE INDEX "rejections_of_week" ON "stk_oracle"."rejections" USING btree ("week","reason");--> statement-breakpoint
CREATE INDEX "results_of_member" ON "stk_oracle"."results" USING btree ("user_id","week");