/** A field's name as the first word of a title: `left` → `Left`. */
export const fieldTitle = (field: string): string => field.charAt(0).toUpperCase() + field.slice(1);

/** First word of a task's titles: its kit's where the field has the usual name, else the field's. */
export const titleFor = (
  kit: { readonly name: string; readonly title: string },
  field: string,
): string => (field === kit.name ? kit.title : fieldTitle(field));

/** What pictures of a field show, in captions: `usual` under the usual name, else the field's name. */
export const showsFor = (kit: { readonly name: string }, field: string, usual: string): string =>
  field === kit.name ? usual : field;
