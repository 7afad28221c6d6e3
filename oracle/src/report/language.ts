import { STK_PRESET } from "@stk/sdk/presets"

/** Everything that pages say, in the languages that members read. */

export const LANGUAGES = ["en", "ru"] as const
export type Language = (typeof LANGUAGES)[number]

/** The language by its name, or null for one that pages are not written in; `ru-RU` is `ru`. */
export function languageOf(name: string): Language | null {
  const base = name.toLowerCase().split(/[-_]/)[0]
  return LANGUAGES.find((language) => language === base) ?? null
}

/** Texts of a page. Numbers arrive as finished text. */
export interface Messages {
  weekdays: readonly string[]
  /** `16–22 November 2026` from two dates `YYYY-MM-DD`. */
  dates: (first: string, last: string) => string
  statement: string
  level: (step: number, name: string | null) => string
  weeksInARow: string
  userId: string
  earned: string
  credited: (amount: string) => string
  willBeCredited: (amount: string) => string
  creditInFull: string
  creditInShare: (reward: string, payable: string, due: string) => string
  creditUnknown: (due: string) => string
  nothingToCredit: string
  pointsBefore: string
  activeDays: string
  eventsCounted: string
  ofN: (n: string) => string
  byActivity: string
  activity: string
  accepted: string
  limit: string
  counted: string
  over: string
  weight: string
  points: string
  total: string
  days: string
  how: string
  sumOfPoints: string
  levelStep: (level: string) => string
  streakStep: (weeks: string) => string
  inactive: string
  compared: (week: string) => string
  comparedNone: string
  firstWeek: string
  notInPrevious: (week: string) => string
  before: string
  now: string
  difference: string
  notCounted: string
  notCountedNone: string
  overLimit: string
  events: string
  recommendations: string
  unusedTitle: string
  unused: string
  allUsed: string
  nextStreak: (weeks: string, coefficient: string, more: string) => string
  nextStreakFirst: (coefficient: string) => string
  lastStreak: (coefficient: string) => string
  nextLevel: (level: string, coefficient: string, more: string, requirement: string | null) => string
  nextLevelPlain: (level: string, coefficient: string, requirement: string | null) => string
  lastLevel: string
  merkleRoot: string
  leaf: string
  wallet: string
  member: string
  economy: string
  verify: string
  page: (n: number, of: number) => string
  orMore: (n: number) => string
  types: Record<string, string>
  levels: Record<string, string>
  requirements: Record<string, string>
  reasons: Record<string, string>
  weekPage: WeekPageMessages
}

/** Texts of the summary of the whole week. */
export interface WeekPageMessages {
  title: (week: string) => string
  members: string
  active: string
  newMembers: string
  points: (symbol: string) => string
  average: string
  countedEvents: string
  distribution: string
  distributionNote: (symbol: string) => string
  byType: string
  byLevel: string
  byStreak: string
  notActive: string
  top: string
  rejected: string
  rejectedNone: string
  weeks: string
  week: string
  pool: string
  due: string
  payable: string
  paidInFull: string
  paidInShare: string
  poolUnknown: string
  hashes: string
  file: string
  duplicates: string
  read: string
  share: string
  level: string
}

const EN_MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
]
const RU_MONTHS = [
  "января",
  "февраля",
  "марта",
  "апреля",
  "мая",
  "июня",
  "июля",
  "августа",
  "сентября",
  "октября",
  "ноября",
  "декабря",
]

/** A span of days with as little repetition as the months allow. */
function span(months: readonly string[], first: string, last: string): string {
  const parts = (date: string): { day: string; month: string; year: string } => ({
    day: String(Number(date.slice(8, 10))),
    month: months[Number(date.slice(5, 7)) - 1] ?? "",
    year: date.slice(0, 4),
  })
  const [a, b] = [parts(first), parts(last)]
  const end = `${b.day} ${b.month} ${b.year}`
  if (a.year !== b.year) return `${a.day} ${a.month} ${a.year} – ${end}`
  return a.month === b.month ? `${a.day}–${end}` : `${a.day} ${a.month} – ${end}`
}

const EN: Messages = {
  weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  dates: (first, last) => span(EN_MONTHS, first, last),
  statement: "Weekly statement",
  level: (step, name) => (name === null ? `Level ${step}` : `Level ${step} · ${name}`),
  weeksInARow: "Weeks in a row",
  userId: "Id",
  earned: "Earned this week",
  credited: (amount) => `Credited on chain: ${amount}`,
  willBeCredited: (amount) => `Will be credited: ${amount}`,
  creditInFull: "The Rewards Pool covers the week: everybody is paid in full.",
  creditInShare: (reward, payable, due) =>
    `The Rewards Pool pays ${payable} of ${due}: ${reward} × ${payable} / ${due}, rounded down.`,
  creditUnknown: (due) =>
    `Will be credited in full if the Rewards Pool covers the ${due} of all members, otherwise the same share for everybody.`,
  nothingToCredit: "Nothing was earned this week, so nothing is credited.",
  pointsBefore: "Points before coefficients",
  activeDays: "Days with activity",
  eventsCounted: "Events counted",
  ofN: (n) => `of ${n}`,
  byActivity: "Breakdown by activity",
  activity: "Activity",
  accepted: "Accepted",
  limit: "Limit a day",
  counted: "Counted",
  over: "Over limit",
  weight: "Weight",
  points: "Points",
  total: "Total",
  days: "Points by day, before coefficients (UTC)",
  how: "How the amount follows",
  sumOfPoints: "Sum of points",
  levelStep: (level) => `× level: ${level}`,
  streakStep: (weeks) => `× weeks in a row: ${weeks}`,
  inactive:
    "No activity was counted this week: there is nothing to multiply, and the row of weeks begins anew.",
  compared: (week) => `Compared with ${week}`,
  comparedNone: "Compared with the week before",
  firstWeek: "First week: there is nothing to compare with.",
  notInPrevious: (week) => `First week as a member: nothing to compare with in ${week}.`,
  before: "Before",
  now: "Now",
  difference: "Difference",
  notCounted: "What did not count, and why",
  notCountedNone: "Everything that arrived was counted.",
  overLimit: "over the daily limit",
  events: "Events",
  recommendations: "How to earn more",
  unusedTitle: "Unused daily limits of this week",
  unused: "Unused",
  allUsed: "Every daily limit was used on all seven days: there is no more to earn by activity.",
  nextStreak: (weeks, coefficient, more) =>
    `Be active next week too: ${weeks} weeks in a row multiply by ${coefficient}. For this week's points that would be ${more} more.`,
  nextStreakFirst: (coefficient) =>
    `One counted activity starts a new row of weeks, with the coefficient ${coefficient}; it grows with every further week.`,
  lastStreak: (coefficient) =>
    `The highest coefficient of consistency, ${coefficient}, is reached: it stays for as long as every week has a counted activity.`,
  nextLevel: (level, coefficient, more, requirement) =>
    `${level} multiplies by ${coefficient}${requirement === null ? "" : ` (${requirement})`}. For this week's points that would be ${more} more.`,
  nextLevelPlain: (level, coefficient, requirement) =>
    `${level} multiplies by ${coefficient}${requirement === null ? "" : ` (${requirement})`}.`,
  lastLevel: "The highest level is reached.",
  merkleRoot: "Merkle root of the week",
  leaf: "Leaf of this member",
  wallet: "Wallet",
  member: "Member",
  economy: "Economy",
  verify:
    "To verify: the root is in the week's account of the economy. Wallet, week and daily counts (detail.jsonl) give the leaf; stk-oracle verify and the program's audit_score check both against the chain.",
  page: (n, of) => `${n} / ${of}`,
  orMore: (n) => `${n} or more`,
  types: {
    SectionCompleted: "Reading a section",
    ExerciseSave: "Doing a task",
    ClubPostCreated: "Writing a post",
    ClubLikeGiven: "Like given",
    ClubLikeReceived: "Like received",
    ClubCommentCreated: "Writing a comment",
    ClubCommentReceived: "Receiving a comment",
    CourseCompleted: "Completing a course",
    ProjectMilestoneCompleted: "Project milestone",
    PeerReviewCompleted: "Peer review",
    PageView: "Page view",
  },
  levels: {},
  requirements: {},
  reasons: {
    malformed: "unreadable record",
    unknown_type: "unknown kind of activity",
    outside_week: "belongs to another week",
    late: "arrived after Monday 02:00 UTC",
    unknown_member: "unknown member",
    unknown_recipient: "recipient unknown",
    self: "towards oneself",
    deleted: "deleted",
    conflicting_duplicate: "same id, other content",
    held: "held back for review",
  },
  weekPage: {
    title: (week) => `Week ${week}`,
    members: "Members",
    active: "Active",
    newMembers: "New",
    points: (symbol) => `Earned, ${symbol}`,
    average: "Average of the active",
    countedEvents: "Events counted",
    distribution: "Distribution of earnings",
    distributionNote: (symbol) =>
      `Active members by ${symbol} of the week; a column begins at the amount under it`,
    byType: "By activity",
    byLevel: "By level",
    byStreak: "By weeks in a row",
    notActive: "not active",
    top: "Top members",
    rejected: "Rejected events",
    rejectedNone: "No event was rejected.",
    weeks: "Weeks",
    week: "Week",
    pool: "Payment",
    due: "Due to all members",
    payable: "Paid by the Rewards Pool",
    paidInFull: "Everybody is paid in full.",
    paidInShare: "The pool is short: everybody gets the same share, rounded down.",
    poolUnknown: "What the Rewards Pool pays is known when the week is sealed on chain.",
    hashes: "To verify",
    file: "File",
    duplicates: "duplicates",
    read: "Events read",
    share: "Share",
    level: "Level",
  },
}

const RU: Messages = {
  weekdays: ["Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"],
  dates: (first, last) => span(RU_MONTHS, first, last),
  statement: "Отчёт за неделю",
  level: (step, name) => (name === null ? `Уровень ${step}` : `Уровень ${step} · ${name}`),
  weeksInARow: "Недель подряд",
  userId: "Id",
  earned: "Заработано за неделю",
  credited: (amount) => `Начислено в блокчейне: ${amount}`,
  willBeCredited: (amount) => `Будет начислено: ${amount}`,
  creditInFull: "Пул вознаграждений покрывает неделю: всем выплачивается полностью.",
  creditInShare: (reward, payable, due) =>
    `Пул вознаграждений выплачивает ${payable} из ${due}: ${reward} × ${payable} / ${due}, с округлением вниз.`,
  creditUnknown: (due) =>
    `Будет начислено полностью, если пул вознаграждений покроет ${due} всех участников, иначе всем одинаковая доля.`,
  nothingToCredit: "За эту неделю ничего не заработано, начислять нечего.",
  pointsBefore: "Баллы до коэффициентов",
  activeDays: "Дней с активностью",
  eventsCounted: "Засчитано событий",
  ofN: (n) => `из ${n}`,
  byActivity: "Начисления по видам активности",
  activity: "Активность",
  accepted: "Принято",
  limit: "Лимит в день",
  counted: "Засчитано",
  over: "Сверх лимита",
  weight: "Вес",
  points: "Баллы",
  total: "Всего",
  days: "Баллы по дням, до коэффициентов (UTC)",
  how: "Как получилась сумма",
  sumOfPoints: "Сумма баллов",
  levelStep: (level) => `× уровень: ${level}`,
  streakStep: (weeks) => `× недель подряд: ${weeks}`,
  inactive: "На этой неделе ничего не засчитано: умножать нечего, а счёт недель подряд начнётся заново.",
  compared: (week) => `Сравнение с ${week}`,
  comparedNone: "Сравнение с прошлой неделей",
  firstWeek: "Первая неделя: сравнивать не с чем.",
  notInPrevious: (week) => `Первая неделя участника: в ${week} сравнивать не с чем.`,
  before: "Было",
  now: "Стало",
  difference: "Разница",
  notCounted: "Что не засчитано и почему",
  notCountedNone: "Засчитано всё, что пришло.",
  overLimit: "сверх дневного лимита",
  events: "События",
  recommendations: "Как заработать больше",
  unusedTitle: "Неиспользованные лимиты недели",
  unused: "Осталось",
  allUsed: "Все дневные лимиты использованы во все семь дней: больше активностью не заработать.",
  nextStreak: (weeks, coefficient, more) =>
    `Будьте активны и на следующей неделе: недель подряд станет ${weeks}, множитель ${coefficient}. За баллы этой недели это было бы больше на ${more}.`,
  nextStreakFirst: (coefficient) =>
    `Одно засчитанное действие начнёт новый счёт недель с коэффициентом ${coefficient}; он растёт с каждой следующей неделей.`,
  lastStreak: (coefficient) =>
    `Достигнут высший коэффициент систематичности, ${coefficient}: он сохраняется, пока каждая неделя активна.`,
  nextLevel: (level, coefficient, more, requirement) =>
    `${level} даёт множитель ${coefficient}${requirement === null ? "" : ` (${requirement})`}. За баллы этой недели это было бы больше на ${more}.`,
  nextLevelPlain: (level, coefficient, requirement) =>
    `${level} даёт множитель ${coefficient}${requirement === null ? "" : ` (${requirement})`}.`,
  lastLevel: "Достигнут высший уровень.",
  merkleRoot: "Корень Меркла недели",
  leaf: "Лист участника",
  wallet: "Кошелёк",
  member: "Участник",
  economy: "Экономика",
  verify:
    "Как проверить: корень хранится в аккаунте недели этой экономики. Кошелёк, неделя и счёт по дням (detail.jsonl) дают лист; stk-oracle verify и инструкция audit_score программы сверяют их с блокчейном.",
  page: (n, of) => `${n} / ${of}`,
  orMore: (n) => `${n} и более`,
  types: {
    SectionCompleted: "Чтение раздела",
    ExerciseSave: "Выполнение задания",
    ClubPostCreated: "Написание поста",
    ClubLikeGiven: "Поставленный лайк",
    ClubLikeReceived: "Полученный лайк",
    ClubCommentCreated: "Написание комментария",
    ClubCommentReceived: "Получение комментария",
    CourseCompleted: "Завершение курса",
    ProjectMilestoneCompleted: "Этап проекта",
    PeerReviewCompleted: "Рецензия",
    PageView: "Просмотр страницы",
  },
  levels: {
    Freshman: "Первокурсник",
    Trainee: "Стажёр",
    Practitioner: "Практик",
    Specialist: "Специалист",
    Expert: "Эксперт",
    Master: "Мастер",
    Mentor: "Наставник",
    "Public figure": "Общественный деятель",
  },
  requirements: {
    registration: "регистрация",
    "introductory course completed": "пройден вводный курс",
    "certification level 1": "аттестация 1-го уровня",
    "certification level 2": "аттестация 2-го уровня",
    "certification level 3": "аттестация 3-го уровня",
    "recognised projects": "признанные проекты",
    "active mentoring": "активное наставничество",
    "considerable contribution to the community": "значительный вклад в сообщество",
  },
  reasons: {
    malformed: "запись не читается",
    unknown_type: "неизвестный вид активности",
    outside_week: "относится к другой неделе",
    late: "пришло после понедельника 02:00 UTC",
    unknown_member: "неизвестный участник",
    unknown_recipient: "получатель неизвестен",
    self: "в адрес самого себя",
    deleted: "удалено",
    conflicting_duplicate: "тот же id, другое содержание",
    held: "задержано для проверки",
  },
  weekPage: {
    title: (week) => `Неделя ${week}`,
    members: "Участники",
    active: "Активные",
    newMembers: "Новые",
    points: (symbol) => `Заработано, ${symbol}`,
    average: "В среднем на активного",
    countedEvents: "Засчитано событий",
    distribution: "Распределение заработка",
    distributionNote: (symbol) =>
      `Активные участники по ${symbol} за неделю; столбец начинается с суммы под ним`,
    byType: "По видам активности",
    byLevel: "По уровням",
    byStreak: "По неделям подряд",
    notActive: "не активны",
    top: "Лучшие участники",
    rejected: "Отклонённые события",
    rejectedNone: "Отклонённых событий нет.",
    weeks: "Недели",
    week: "Неделя",
    pool: "Выплата",
    due: "Причитается всем участникам",
    payable: "Выплачивает пул вознаграждений",
    paidInFull: "Всем выплачивается полностью.",
    paidInShare: "Пула не хватает: все получают одинаковую долю с округлением вниз.",
    poolUnknown:
      "Сколько выплатит пул вознаграждений, станет известно, когда неделя будет запечатана в блокчейне.",
    hashes: "Для проверки",
    file: "Файл",
    duplicates: "дубликаты",
    read: "Прочитано событий",
    share: "Доля",
    level: "Уровень",
  },
}

const MESSAGES: Record<Language, Messages> = { en: EN, ru: RU }

export function messagesOf(language: Language): Messages {
  return MESSAGES[language]
}

/** How the activity is called; types that are not of STK keep the name that the economy gave them. */
export function typeLabel(messages: Messages, name: string): string {
  return Object.hasOwn(messages.types, name) ? (messages.types[name] ?? name) : name
}

export function reasonLabel(messages: Messages, reason: string): string {
  return Object.hasOwn(messages.reasons, reason)
    ? (messages.reasons[reason] ?? reason)
    : reason.replaceAll("_", " ")
}

/** Name of a level and what it takes, for economies whose levels are known by name. */
export function levelNames(
  messages: Messages,
  economy: string,
  level: number,
): { name: string; requirement: string } | null {
  const known = economy === STK_PRESET.name ? STK_PRESET.levels[level - 1] : undefined
  if (known === undefined) return null
  return {
    name: messages.levels[known.name] ?? known.name,
    requirement: messages.requirements[known.requirement] ?? known.requirement,
  }
}
