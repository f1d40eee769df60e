/** A field's name as the first word of a title: `left` → `Left`. */
export const fieldTitle = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);
