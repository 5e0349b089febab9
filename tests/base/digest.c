/* Known answers: FIPS 180-4 examples for SHA-256; the xxHash specification's sanity checks for XXH32. */
#include "lind/digest.h"

#include <unistd.h>

#include "base_test.h"

static const char *const empty_sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static void sha_256_has_its_known_answers(void **state) {
  (void)state;
  char hex[65];
  lind_digest_bytes("abc", 3, hex);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  lind_digest_bytes(NULL, 0, hex);
  assert_string_equal(hex, empty_sum);
  const char *two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  lind_digest_bytes(two_blocks, strlen(two_blocks), hex);
  assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* However the bytes come in. */
static void a_stream_is_the_digest_of_its_bytes(void **state) {
  (void)state;
  unsigned char bytes[5000];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * i >> 3);
  const lind_digest start = {7, 9};
  for (size_t step = 1; step < sizeof bytes; step = 3 * step + 1)
    for (size_t n = 0; n <= sizeof bytes; n += 1250) {
      lind_digest_stream *stream;
      GOOD(lind_digest_stream_start(&stream));
      for (size_t at = 0; at < n; at += step) lind_digest_stream_feed(stream, bytes + at, n - at < step ? n - at : step);
      const lind_digest one = lind_digest_stream_end(&stream, start), all = lind_digest_add(start, bytes, n);
      assert_null(stream);
      assert_true(lind_digest_equal(one, all));
    }
}

static void a_file_hashes_as_its_bytes(void **state) {
  (void)state;
  char path[] = "/tmp/lind-digest-XXXXXX", hex[65], again[65];
  const int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  FILE *file = fdopen(descriptor, "wb");
  assert_non_null(file);
  GOOD(lind_digest_file(path, hex));
  assert_string_equal(hex, empty_sum);
  char *million = malloc(1000000); /* FIPS 180-4: one million times 'a', more than one piece of the reader */
  assert_non_null(million);
  memset(million, 'a', 1000000);
  assert_int_equal(fwrite(million, 1, 1000000, file), 1000000);
  assert_int_equal(fclose(file), 0);
  GOOD(lind_digest_file(path, hex));
  assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  lind_digest_bytes(million, 1000000, again);
  assert_string_equal(hex, again);
  free(million);
  assert_int_equal(remove(path), 0);
}

static void a_file_that_cannot_be_read_is_named(void **state) {
  (void)state;
  char hex[65] = "untouched";
  BAD(lind_digest_file("/nowhere/x", hex), LIND_ERR_FILE, "/nowhere/x cannot be read: No such file or directory");
  BAD(lind_digest_file("/tmp", hex), LIND_ERR_FILE, "/tmp cannot be read: Is a directory");
  assert_string_equal(hex, "untouched");
}

static void stream_names_have_the_answers_of_xxh32(void **state) {
  (void)state;
  assert_int_equal(lind_digest_name(""), 0x02CC5D05u);
  assert_int_equal(lind_digest_name("a"), 0x550D7456u);
  assert_int_equal(lind_digest_name("abc"), 0x32D153FFu);
  assert_int_equal(lind_digest_name("Nobody inspects the spammish repetition"), 0xE2293B2Fu);
}

static void order_and_split_matter(void **state) {
  (void)state;
  const lind_digest zero = {0, 0};
  const lind_digest ab_c = lind_digest_add_text(lind_digest_add_text(zero, "ab"), "c");
  const lind_digest a_bc = lind_digest_add_text(lind_digest_add_text(zero, "a"), "bc");
  const lind_digest c_ab = lind_digest_add_text(lind_digest_add_text(zero, "c"), "ab");
  const lind_digest abc = lind_digest_add_text(zero, "abc");
  assert_false(lind_digest_equal(ab_c, a_bc));
  assert_false(lind_digest_equal(ab_c, c_ab));
  assert_false(lind_digest_equal(ab_c, abc));
  assert_true(lind_digest_equal(ab_c, lind_digest_add_text(lind_digest_add_text(zero, "ab"), "c")));
  assert_false(lind_digest_equal(zero, lind_digest_add(zero, NULL, 0))); /* even nothing is counted */
  assert_true(lind_digest_equal(lind_digest_add_text(zero, NULL), lind_digest_add_text(zero, "")));
  assert_false(lind_digest_equal((lind_digest){1, 2}, (lind_digest){1, 3}));
  assert_false(lind_digest_equal((lind_digest){1, 2}, (lind_digest){0, 2}));
}

static void numbers_hash_by_their_bits(void **state) {
  (void)state;
  const lind_digest zero = {0, 0};
  assert_false(lind_digest_equal(lind_digest_add_number(zero, 0.0), lind_digest_add_number(zero, -0.0)));
  assert_true(lind_digest_equal(lind_digest_add_number(zero, 0.0), lind_digest_add_integer(zero, 0)));
  assert_false(lind_digest_equal(lind_digest_add_integer(zero, 1), lind_digest_add_integer(zero, 256)));
}

/* The digest of a result must not change silently: it would refuse every directory that was written before. */
static void a_digest_stays_what_it_was(void **state) {
  (void)state;
  char hex[33];
  lind_digest digest = lind_digest_add_text((lind_digest){0, 0}, "lind");
  digest = lind_digest_add_integer(lind_digest_add_number(digest, 1.5), -7);
  assert_string_equal(lind_digest_text(digest, hex), "935828319b6e7120a14d4ff64e45c46b");
  assert_string_equal(lind_digest_text((lind_digest){0x1, 0xABCDEF0123456789u}, hex), "0000000000000001abcdef0123456789");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sha_256_has_its_known_answers),
      cmocka_unit_test(a_stream_is_the_digest_of_its_bytes),
      cmocka_unit_test(a_file_hashes_as_its_bytes),
      cmocka_unit_test(a_file_that_cannot_be_read_is_named),
      cmocka_unit_test(stream_names_have_the_answers_of_xxh32),
      cmocka_unit_test(order_and_split_matter),
      cmocka_unit_test(numbers_hash_by_their_bits),
      cmocka_unit_test(a_digest_stays_what_it_was),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
