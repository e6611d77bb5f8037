#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parser that keeps its buffers between documents. Not thread-safe: one thread at a time.
typedef struct vitrine_json_parser vitrine_json_parser;

vitrine_json_parser *vitrine_json_parser_create(void);
void vitrine_json_parser_destroy(vitrine_json_parser *parser);

/// Parses `length` bytes. Returns 0, or simdjson's error code. On success the tape and the string buffer
/// stay valid until the next parse with this parser, or its end.
int vitrine_json_parse(
    vitrine_json_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
    const uint8_t **strings);

/// The text of an error code, a static string.
const char *vitrine_json_error_message(int code);

#ifdef __cplusplus
}
#endif
