import { formatAmount } from "@stk/sdk"
import { shownText } from "../report/shown"
import type { Message, Notice } from "./notice"

/** Notices as plain text: names and ids of unknown origin have no markup to break out of. */

export interface NoticeText {
  subject: string
  body: string
}

type Language = Message["language"]

/** Subject and text of a notice in the member's language. */
export function textOf({ notice, language, name, userId }: Message, link?: string): NoticeText {
  const { subject, lines } =
    notice.kind === "weekly-result" ? weekly(notice, language) : inactivity(notice, language)
  const greeting = { en: "Hello", ru: "Здравствуйте" }[language]
  const parts = [
    `${greeting}, ${shownText(name ?? userId)}!`,
    ...lines,
    ...(link === undefined ? [] : [link]),
  ]
  return { subject, body: parts.join("\n\n") + "\n" }
}

function weekly(
  notice: Extract<Notice, { kind: "weekly-result" }>,
  language: Language,
): { subject: string; lines: string[] } {
  const { week, points, symbol, level, streak, credited, earned, decimals } = notice
  const paid = `${tokens(credited, decimals, language)} ${symbol}`
  const short = BigInt(credited) < BigInt(earned)
  const fullAmount = `${tokens(earned, decimals, language)} ${symbol}`
  if (language === "ru")
    return {
      subject: `Неделя ${week}: ${decimalText(points, language)} ${symbol}`,
      lines: [
        `За неделю ${week} вам начислено ${paid}.`,
        `Баллы: ${decimalText(points, language)}, уровень ${level}, недель подряд: ${streak}.` +
          (short
            ? ` Пул наград на этой неделе меньше заработанного всеми, поэтому из ${fullAmount} выплачена ваша доля.`
            : ""),
        "Всё начисленное записано в блокчейне и доступно на вашем балансе.",
      ],
    }
  return {
    subject: `Week ${week}: ${decimalText(points, language)} ${symbol}`,
    lines: [
      `${paid} were credited to you for week ${week}.`,
      `Points: ${decimalText(points, language)}, level ${level}, weeks in a row: ${streak}.` +
        (short
          ? ` This week's pool is smaller than what everybody earned, so of ${fullAmount} your share was paid.`
          : ""),
      "Everything that was credited is on chain and in your balance.",
    ],
  }
}

function inactivity(
  notice: Extract<Notice, { kind: "inactivity" }>,
  language: Language,
): { subject: string; lines: string[] } {
  const { quarter, symbol, amount, days, bps, left, decimals } = notice
  const taken = `${tokens(amount, decimals, language)} ${symbol}`
  const rest = `${tokens(left, decimals, language)} ${symbol}`
  const percent = `${decimalText(percentOf(bps), language)}%`
  if (language === "ru")
    return {
      subject: `${quarter}: ${taken} возвращено в пул наград`,
      lines: [
        `Вы не занимались ${days} дн., поэтому за ${quarter} ${percent} вашего баланса, ${taken}, вернулись в пул наград. У вас осталось ${rest}.`,
        "Возвращайтесь к обучению: новая активность снова приносит награды и останавливает перераспределение. " +
          "Взятое не возвращается, но баланс можно восстановить новыми занятиями.",
      ],
    }
  return {
    subject: `${quarter}: ${taken} went back to the rewards pool`,
    lines: [
      `You have not been active for ${days} days, so for ${quarter} ${percent} of your balance, ${taken}, went back to the rewards pool. ${rest} are left.`,
      "Come back to learning: activity earns rewards again and ends the redistribution. " +
        "What was taken is not given back, but your balance can be restored by earning.",
    ],
  }
}

const percentOf = (bps: number): string => {
  const fraction = String(bps % 100)
    .padStart(2, "0")
    .replace(/0+$/, "")
  return `${Math.trunc(bps / 100)}${fraction === "" ? "" : `.${fraction}`}`
}

/** Base units as decimal text in the reader's notation. */
function tokens(baseUnits: string, decimals: number, language: Language): string {
  return decimalText(formatAmount(BigInt(baseUnits), decimals), language)
}

/** 1584.5 as 1,584.5 or 1 584,5 (with spaces that do not break). */
function decimalText(text: string, language: Language): string {
  const [whole = "", fraction] = text.split(".")
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, language === "ru" ? "\u00a0" : ",")
  return fraction === undefined ? grouped : `${grouped}${language === "ru" ? "," : "."}${fraction}`
}
