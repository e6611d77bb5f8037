// MHD_start_daemon is variadic, some of its enums come into Swift without names, and its log callback takes a
// va_list: so these functions do for Swift what it cannot express.
#pragma once
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static inline enum MHD_Result CMHD_yes(void) { return MHD_YES; }
static inline enum MHD_Result CMHD_no(void) { return MHD_NO; }
static inline int CMHD_is_yes(enum MHD_Result result) { return result == MHD_YES; }

// <poll.h> names it with _GNU_SOURCE only.
static const short CMHD_POLLRDHUP = 0x2000;

static const ssize_t CMHD_END_OF_STREAM = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t CMHD_END_WITH_ERROR = MHD_CONTENT_READER_END_WITH_ERROR;
static const uint64_t CMHD_SIZE_UNKNOWN = MHD_SIZE_UNKNOWN;

static inline int CMHD_is_started(enum MHD_ConnectionNotificationCode code) {
  return code == MHD_CONNECTION_NOTIFY_STARTED;
}

static inline int CMHD_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : info->connect_fd;
}

static inline const struct sockaddr *CMHD_client_address(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info == NULL ? NULL : info->client_addr;
}

static inline void *CMHD_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == NULL ? NULL : info->socket_context;
}

static inline size_t CMHD_head_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info == NULL ? 0 : info->header_size;
}

static inline int CMHD_each_header(struct MHD_Connection *connection, MHD_KeyValueIteratorN each, void *context) {
  return MHD_get_connection_values_n(connection, MHD_HEADER_KIND, each, context);
}

static inline struct MHD_Response *CMHD_response_of_copy(const void *bytes, size_t count) {
  return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

// An answer of unknown length that is not chunked: HEAD's, for which 0.9.75 would send an empty last chunk.
static inline struct MHD_Response *CMHD_response_of_unknown_length(MHD_ContentReaderCallback read) {
  struct MHD_Response *response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, read, NULL, NULL);
  if (response != NULL)
    MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
  return response;
}

// The receiver of the library's own messages.
struct CMHD_Log {
  void (*write)(void *context, const char *line);
  void *context;
};

static inline void CMHD_log(void *target, const char *format, va_list arguments) {
  char line[512];
  const struct CMHD_Log *log = (const struct CMHD_Log *)target;
  vsnprintf(line, sizeof line, format, arguments);
  log->write(log->context, line);
}

struct CMHD_Settings {
  int listen_descriptor;
  unsigned int threads;
  unsigned int connections;
  unsigned int connections_per_address;
  unsigned int idle_seconds;
  size_t connection_memory;
};

struct CMHD_Callbacks {
  MHD_AccessHandlerCallback access;
  void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
  MHD_RequestCompletedCallback completed;
  MHD_NotifyConnectionCallback connection;
  struct CMHD_Log *log;
  void *context;
};

// The router decodes the target, so the library must leave it as it was sent.
static inline size_t CMHD_leave_escaped(void *context, struct MHD_Connection *connection, char *text) {
  (void)context;
  (void)connection;
  return strlen(text);
}

// Empties the query in the library's own copy of the target, from within a target callback. Otherwise the library
// would split it into values that nobody reads, at 56 bytes of the connection's memory for each parameter, and close
// the connection without an answer when that memory runs out. It reads the target again after the callback.
static inline void CMHD_empty_query(const char *target) {
  char *mark = strchr((char *)target, '?');
  if (mark != NULL) mark[1] = '\0';
}

static inline struct MHD_Daemon *CMHD_start(struct CMHD_Settings settings, struct CMHD_Callbacks callbacks) {
  unsigned int flags = MHD_USE_ERROR_LOG | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_TURBO;
  // The library refuses a pool of one thread; without a pool it has one thread.
  struct MHD_OptionItem pool[] = {
      {settings.threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)settings.threads, NULL},
      {MHD_OPTION_END, 0, NULL},
  };
  return MHD_start_daemon(
      flags, 0, NULL, NULL, callbacks.access, callbacks.context,
      MHD_OPTION_EXTERNAL_LOGGER, CMHD_log, callbacks.log,
      MHD_OPTION_LISTEN_SOCKET, settings.listen_descriptor,
      // The library's own checks, at level 1 or -1, answer in HTML, with two heads, or not at all: RequestHead checks.
      MHD_OPTION_STRICT_FOR_CLIENT, 0,
      MHD_OPTION_CONNECTION_LIMIT, settings.connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings.connections_per_address,
      MHD_OPTION_CONNECTION_TIMEOUT, settings.idle_seconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings.connection_memory,
      MHD_OPTION_URI_LOG_CALLBACK, callbacks.target, callbacks.context,
      MHD_OPTION_UNESCAPE_CALLBACK, CMHD_leave_escaped, NULL,
      MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, callbacks.context,
      MHD_OPTION_NOTIFY_CONNECTION, callbacks.connection, callbacks.context,
      MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
}
