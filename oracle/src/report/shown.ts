import { printable } from "../output"

/**
 * Texts of unknown origin, such as names and ids of members, on their way to a page. What is shown is always plain text:
 * what cannot be seen, or would change how its surroundings are read, becomes a visible U+FFFD.
 */

/** Controls, direction marks and other formats, unpaired surrogates, private and unassigned characters, blanks that are letters. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu
/** Variation selectors choose a form of the character before and are nothing by themselves. */
const SELECTORS = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu
/** More marks on one letter than any language writes: the rest would grow over the lines around. */
const STACKED = /(\p{M}{2})\p{M}+/gu
const MOST_SHOWN = 400

/** The text as it may stand on a page. */
export function shownText(text: string): string {
  const cut = [...text.slice(0, 4 * MOST_SHOWN)]
  const whole = cut.length > MOST_SHOWN ? `${cut.slice(0, MOST_SHOWN).join("")}…` : cut.join("")
  const seen = printable(whole.replace(SELECTORS, "").replace(UNSEEN, "\ufffd")).replace(STACKED, "$1\ufffd")
  return (
    seen
      .replace(/^\p{M}/u, "\ufffd$&")
      .replace(/[\p{Zs}]+/gu, " ")
      .trim() || "\ufffd"
  )
}

/** The text as content or attribute of an HTML or SVG element. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
