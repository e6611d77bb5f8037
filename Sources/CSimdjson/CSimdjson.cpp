// simdjson's DOM parser behind a C door: Swift walks the tape (simdjson's doc/tape.md) by itself.
#include "CSimdjson.h"

#include <new>
#include <simdjson.h>

struct vitrine_json_parser {
  simdjson::dom::parser parser;
};

extern "C" vitrine_json_parser *vitrine_json_parser_create(void) {
  return new (std::nothrow) vitrine_json_parser();
}

extern "C" void vitrine_json_parser_destroy(vitrine_json_parser *parser) { delete parser; }

extern "C" int vitrine_json_parse(
    vitrine_json_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
    const uint8_t **strings) {
  // simdjson reads past the end by SIMDJSON_PADDING, so it copies into its own padded buffer here.
  auto result = parser->parser.parse(reinterpret_cast<const char *>(bytes), length, true);
  if (result.error() != simdjson::SUCCESS) return static_cast<int>(result.error());
  *tape = parser->parser.doc.tape.get();
  *strings = parser->parser.doc.string_buf.get();
  return 0;
}

extern "C" const char *vitrine_json_error_message(int code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
