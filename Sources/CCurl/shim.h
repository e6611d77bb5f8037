#pragma once
#include <curl/curl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// Swift cannot call variadic functions such as curl_easy_setopt, so each type of argument has a function here.

static inline CURLcode vitrine_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vitrine_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vitrine_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vitrine_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode vitrine_curl_set_writer(
    CURL *handle, size_t (*writer)(char *data, size_t size, size_t count, void *context), void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, writer);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline CURLcode vitrine_curl_set_head_reader(
    CURL *handle, size_t (*reader)(char *data, size_t size, size_t count, void *context), void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, reader);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
}

// CURLE_TOO_LARGE, which libcurl has since 8.6.
static const CURLcode vitrine_curle_too_large = (CURLcode)100;

static inline curl_socket_t vitrine_curl_open_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context;
  (void)purpose;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// A program that we start would inherit the sockets of libcurl 7.88, and keep them open after we close them.
static inline CURLcode vitrine_curl_close_sockets_on_exec(CURL *handle) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, vitrine_curl_open_socket);
}

static inline CURLcode vitrine_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode vitrine_curl_get_size(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode vitrine_curl_get_string(CURL *handle, CURLINFO info, const char **value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode vitrine_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode vitrine_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
  return curl_multi_setopt(handle, option, value);
}

// The result of a finished transfer lies in a union.
static inline CURLcode vitrine_curl_message_result(const CURLMsg *message) { return message->data.result; }

// Names the calling thread (at most 15 characters), for ps and perf; prctl is variadic too.
static inline void vitrine_name_this_thread(const char *name) { prctl(PR_SET_NAME, name); }
