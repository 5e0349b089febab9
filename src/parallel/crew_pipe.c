/* crew_pipe.c -- items that all ranks make at once and rank 0 takes in order. A rank is one item ahead of what it has sent, rank
 * 0 a few receives ahead of what it has taken, so memory does not grow with the items. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew_inside.h"

enum { AHEAD = 4, TAG = 7, HEAD = 8 /* bytes: how many follow, -1: it could not be made */ };

typedef struct pipe_hand {
  unsigned char *bytes; /* [HEAD + most] */
  MPI_Request request;
} pipe_hand;

static lind_err item_make(const lind_crew_pipe *pipe, uint64_t item, pipe_hand *hand, lind_err so_far) {
  size_t n = 0;
  lind_err err = so_far;
  if (err == LIND_OK) err = pipe->make(pipe->context, item, hand->bytes + HEAD, &n);
  const int64_t head = err == LIND_OK ? (int64_t)n : -1;
  memcpy(hand->bytes, &head, sizeof head);
  return err;
}

static size_t item_bytes(const pipe_hand *hand) {
  int64_t head;
  memcpy(&head, hand->bytes, sizeof head);
  return head < 0 ? HEAD : HEAD + (size_t)head;
}

static bool item_is_made(const pipe_hand *hand) {
  int64_t head;
  memcpy(&head, hand->bytes, sizeof head);
  return head >= 0;
}

/* The first failure is kept with its sentence; what follows is passed on empty, so that nobody waits. */
static void keep(lind_err err, lind_err *first, char message[LIND_CREW_MESSAGE]) {
  if (err == LIND_OK || *first != LIND_OK) return;
  *first = err;
  (void)snprintf(message, LIND_CREW_MESSAGE, "%s", lind_error_message());
}

/* Any rank but 0. Returns MPI's failures only. */
static lind_err items_send(lind_crew *crew, const lind_crew_pipe *pipe, pipe_hand hands[AHEAD], lind_err *first,
                           char message[LIND_CREW_MESSAGE]) {
  int h = 0;
  for (uint64_t item = (uint64_t)crew->rank; item < pipe->n; item += (uint64_t)crew->ranks, h = !h) {
    if (hands[h].request != MPI_REQUEST_NULL) LIND_TRY(lind_crew_wait(crew, &hands[h].request, NULL, NULL));
    keep(item_make(pipe, item, &hands[h], *first), first, message);
    LIND_CREW_MPI(crew, MPI_Issend(hands[h].bytes, (int)item_bytes(&hands[h]), MPI_BYTE, 0, TAG, crew->world, &hands[h].request));
  }
  for (h = 0; h < AHEAD; h++)
    if (hands[h].request != MPI_REQUEST_NULL) LIND_TRY(lind_crew_wait(crew, &hands[h].request, NULL, NULL));
  return LIND_OK;
}

static lind_err item_await(lind_crew *crew, const lind_crew_pipe *pipe, uint64_t item, pipe_hand *hand) {
  if (item >= pipe->n || item % (uint64_t)crew->ranks == 0) return LIND_OK;
  LIND_CREW_MPI(crew, MPI_Irecv(hand->bytes, (int)(HEAD + pipe->most), MPI_BYTE, (int)(item % (uint64_t)crew->ranks), TAG,
                                crew->world, &hand->request));
  return LIND_OK;
}

/* Rank 0. */
static lind_err items_take(lind_crew *crew, const lind_crew_pipe *pipe, pipe_hand hands[AHEAD], lind_err *first,
                           char message[LIND_CREW_MESSAGE]) {
  bool all = true;
  for (uint64_t item = 0; item < AHEAD; item++) LIND_TRY(item_await(crew, pipe, item, &hands[item]));
  for (uint64_t item = 0; item < pipe->n; item++) {
    pipe_hand *hand = &hands[item % AHEAD];
    if (item % (uint64_t)crew->ranks == 0)
      keep(item_make(pipe, item, hand, *first), first, message);
    else
      LIND_TRY(lind_crew_wait(crew, &hand->request, NULL, NULL));
    all = all && item_is_made(hand);
    if (all && *first == LIND_OK)
      keep(pipe->take(pipe->context, item, hand->bytes + HEAD, item_bytes(hand) - HEAD), first, message);
    LIND_TRY(item_await(crew, pipe, item + AHEAD, hand));
  }
  return LIND_OK;
}

size_t lind_crew_pipe_bytes(int ranks, size_t most) { return (ranks > 1 ? AHEAD : 1) * (HEAD + most); }

lind_err lind_crew_pipe_run(lind_crew *crew, const lind_crew_pipe *pipe) {
  char message[LIND_CREW_MESSAGE] = "";
  pipe_hand hands[AHEAD];
  lind_err first = LIND_OK;
  LIND_CHECK(pipe->most <= INT32_MAX - HEAD, LIND_ERR_INPUT, "an item of %zu bytes is more than a message holds", pipe->most);
  const int n_hands = crew->rank == 0 && crew->ranks > 1 ? AHEAD : crew->ranks > 1 ? 2 : 1;
  for (int h = 0; h < AHEAD; h++) {
    hands[h] = (pipe_hand){.bytes = h < n_hands ? malloc(HEAD + pipe->most) : NULL, .request = MPI_REQUEST_NULL};
    if (h < n_hands && hands[h].bytes == NULL)
      first = lind_error_fail(LIND_ERR_MEMORY, __FILE__, __LINE__, "no memory for %d items of %zu bytes", n_hands, pipe->most);
  }
  lind_err err = lind_crew_agree(crew, first);
  if (err == LIND_OK && crew->ranks == 1) {
    for (uint64_t item = 0; item < pipe->n && err == LIND_OK; item++) {
      err = item_make(pipe, item, &hands[0], LIND_OK);
      if (err == LIND_OK) err = pipe->take(pipe->context, item, hands[0].bytes + HEAD, item_bytes(&hands[0]) - HEAD);
    }
  } else if (err == LIND_OK) {
    err = crew->rank == 0 ? items_take(crew, pipe, hands, &first, message) : items_send(crew, pipe, hands, &first, message);
    if (err == LIND_OK && first != LIND_OK) {
      lind_error_set(message);
      err = first;
    }
    err = lind_crew_agree(crew, err);
  }
  for (int h = 0; h < AHEAD; h++)
    if (hands[h].request == MPI_REQUEST_NULL) free(hands[h].bytes); /* a crew that is given up leaves requests open */
  return err;
}
