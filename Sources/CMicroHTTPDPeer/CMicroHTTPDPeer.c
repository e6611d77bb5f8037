#include "CMicroHTTPDPeer.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// As many connections as the bench opens may be suspended at once; more wait for the worker.
#define QUEUE_CAPACITY 4096

struct CMicroHTTPDPeer {
  struct MHD_Daemon *daemon;
  char *body;
  size_t body_bytes;
  pthread_t worker;
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  struct MHD_Connection *queue[QUEUE_CAPACITY];
  size_t first;
  size_t count;
  int is_stopping;
};

static void *resume_all(void *context) {
  struct CMicroHTTPDPeer *peer = context;
  pthread_mutex_lock(&peer->lock);
  for (;;) {
    while (peer->count == 0 && !peer->is_stopping) pthread_cond_wait(&peer->arrived, &peer->lock);
    if (peer->count == 0) break;
    struct MHD_Connection *connection = peer->queue[peer->first];
    peer->first = (peer->first + 1) % QUEUE_CAPACITY;
    peer->count--;
    pthread_mutex_unlock(&peer->lock);
    MHD_resume_connection(connection);
    pthread_mutex_lock(&peer->lock);
  }
  pthread_mutex_unlock(&peer->lock);
  return NULL;
}

static enum MHD_Result suspend(struct CMicroHTTPDPeer *peer, struct MHD_Connection *connection) {
  pthread_mutex_lock(&peer->lock);
  if (peer->count == QUEUE_CAPACITY || peer->is_stopping) {
    pthread_mutex_unlock(&peer->lock);
    return MHD_NO;
  }
  MHD_suspend_connection(connection);
  peer->queue[(peer->first + peer->count) % QUEUE_CAPACITY] = connection;
  peer->count++;
  pthread_cond_signal(&peer->arrived);
  pthread_mutex_unlock(&peer->lock);
  return MHD_YES;
}

static enum MHD_Result answer(
    void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *upload, size_t *upload_size, void **request) {
  // The target of the request's context tells how far the request is.
  static char is_begun, is_resumed;
  struct CMicroHTTPDPeer *peer = context;
  (void)url;
  (void)method;
  (void)version;
  (void)upload;
  if (*request == NULL) {
    *request = &is_begun;
    return MHD_YES;
  }
  if (*upload_size > 0) {
    *upload_size = 0;
    return MHD_YES;
  }
  if (*request == &is_begun) {
    *request = &is_resumed;
    return suspend(peer, connection);
  }
  struct MHD_Response *response =
      MHD_create_response_from_buffer(peer->body_bytes, peer->body, MHD_RESPMEM_MUST_COPY);
  if (response == NULL) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", "application/octet-stream");
  enum MHD_Result result = MHD_queue_response(connection, 200, response);
  MHD_destroy_response(response);
  return result;
}

static void release(struct CMicroHTTPDPeer *peer) {
  pthread_cond_destroy(&peer->arrived);
  pthread_mutex_destroy(&peer->lock);
  free(peer->body);
  free(peer);
}

struct CMicroHTTPDPeer *CMicroHTTPDPeer_start(unsigned int threads, size_t body_bytes) {
  struct CMicroHTTPDPeer *peer = calloc(1, sizeof *peer);
  if (peer == NULL) return NULL;
  peer->body_bytes = body_bytes;
  peer->body = malloc(body_bytes > 0 ? body_bytes : 1);
  pthread_mutex_init(&peer->lock, NULL);
  pthread_cond_init(&peer->arrived, NULL);
  if (peer->body == NULL || pthread_create(&peer->worker, NULL, resume_all, peer) != 0) {
    release(peer);
    return NULL;
  }
  memset(peer->body, 'x', body_bytes);
  struct MHD_OptionItem pool[] = {
      {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
      {MHD_OPTION_END, 0, NULL},
  };
  peer->daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL, NULL, answer, peer,
      MHD_OPTION_CONNECTION_LIMIT, 1024U, MHD_OPTION_CONNECTION_TIMEOUT, 60U, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
  if (peer->daemon == NULL) {
    CMicroHTTPDPeer_stop(peer);
    return NULL;
  }
  return peer;
}

int CMicroHTTPDPeer_port(const struct CMicroHTTPDPeer *peer) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(peer->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info == NULL ? 0 : info->port;
}

void CMicroHTTPDPeer_stop(struct CMicroHTTPDPeer *peer) {
  pthread_mutex_lock(&peer->lock);
  peer->is_stopping = 1;
  pthread_cond_signal(&peer->arrived);
  pthread_mutex_unlock(&peer->lock);
  // The worker resumes what is suspended before it ends.
  pthread_join(peer->worker, NULL);
  if (peer->daemon != NULL) MHD_stop_daemon(peer->daemon);
  release(peer);
}
