/** Lamports as SOL. */
export function sol(lamports: bigint): string {
  const text = lamports.toString().padStart(10, "0")
  const fraction = text.slice(-9).replace(/0+$/, "")
  return fraction === "" ? text.slice(0, -9) : `${text.slice(0, -9)}.${fraction}`
}
