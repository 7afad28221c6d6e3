export { createPageInstruction, type CreatePageParameters } from "./create_page.js"
export { growPageInstruction, type GrowPageParameters } from "./grow_page.js"
export { registerMembersInstruction, type RegisterMembersParameters } from "./register_members.js"
export { setLevelsInstruction, type LevelChange, type SetLevelsParameters } from "./set_levels.js"
