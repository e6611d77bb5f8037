// The yardstick of `vitrine bench http`: a bare libmicrohttpd handler in C that suspends each connection and lets a
// worker thread resume it, as HTTPServer does, and does nothing else.
#pragma once
#include <stddef.h>

struct CMicroHTTPDPeer;

// Listens on a free port of 127.0.0.1 and answers every request with `body_bytes` bytes; NULL when it cannot.
struct CMicroHTTPDPeer *CMicroHTTPDPeer_start(unsigned int threads, size_t body_bytes);
int CMicroHTTPDPeer_port(const struct CMicroHTTPDPeer *peer);
void CMicroHTTPDPeer_stop(struct CMicroHTTPDPeer *peer);
