// A plugin of Swagger UI for its "Try it out". On its own it fills a form with whatever a pattern or
// a format allows (a made-up organization, a deadline of this moment), and sends what is empty.

"use strict";

window.TryItOut = (system) => {
  const { getSampleSchema } = system.fn;

  // What a field of a form begins with: what is said to be usual, or nothing. A field for files
  // begins with one that can be chosen.
  function beginning(field) {
    const schema = field.toJS ? field.toJS() : field;
    if (schema.default !== undefined) return schema.default;
    if (schema.examples) return schema.examples[0];
    if (schema.type !== "array") return "";
    return schema.items?.format === "binary" ? [""] : [];
  }

  return {
    fn: {
      // Of a field of a form, and of nothing else, it is asked without a media type.
      getSampleSchema: (schema, type, ...more) =>
        type === false ? beginning(schema) : getSampleSchema(schema, type, ...more),
    },
    components: {
      // The box "Send empty value": what is empty is not sent.
      ParameterIncludeEmpty: () => null,
      // A field for a file, which Swagger UI looks for in vain before it takes its own.
      JsonSchema_string_binary: () => null,
    },
  };
};
