/*
 * C = A·B in single precision, n × n, with vectors of 128 bits: panels of B packed, a tile of 4 rows by 8 columns in
 * registers, A read in place. What WebAssembly could reach at most at this width of vector.
 *
 * Reads lines of JSON, {"task":"matmul","count":3,"n":512}, and answers {"seconds":0.004}: seconds for one product.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef float vec __attribute__((vector_size(16)));
typedef float loose __attribute__((vector_size(16), aligned(4)));

enum { DEPTH = 256, WIDTH = 512, HEIGHT = 96 };

static float packed[DEPTH * WIDTH] __attribute__((aligned(64)));

/* A tile of C: 4 rows of A against a panel of B of 8 columns. */
static void tile(int depth, const float *a, int n, const float *b, float *c) {
  vec sum[4][2];
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 2; j++) sum[i][j] = *(const loose *)(c + i * n + 4 * j);
  for (int k = 0; k < depth; k++, b += 8) {
    vec left = *(const vec *)b, right = *(const vec *)(b + 4);
    for (int i = 0; i < 4; i++) {
      float x = a[i * n + k];
      vec splat = {x, x, x, x};
      sum[i][0] += splat * left;
      sum[i][1] += splat * right;
    }
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 2; j++) *(loose *)(c + i * n + 4 * j) = sum[i][j];
}

/* n is a multiple of 8. */
static void matmul(int n, const float *a, const float *b, float *c) {
  memset(c, 0, sizeof(float) * n * n);
  for (int j0 = 0; j0 < n; j0 += WIDTH) {
    int width = n - j0 < WIDTH ? n - j0 : WIDTH;
    for (int k0 = 0; k0 < n; k0 += DEPTH) {
      int depth = n - k0 < DEPTH ? n - k0 : DEPTH;
      for (int j = 0; j < width; j += 8)
        for (int k = 0; k < depth; k++)
          memcpy(packed + j * depth + 8 * k, b + (k0 + k) * n + j0 + j, 8 * sizeof(float));
      for (int i0 = 0; i0 < n; i0 += HEIGHT) {
        int height = n - i0 < HEIGHT ? n - i0 : HEIGHT;
        for (int j = 0; j < width; j += 8)
          for (int i = i0; i < i0 + height; i += 4)
            tile(depth, a + i * n + k0, n, packed + j * depth, c + i * n + j0 + j);
      }
    }
  }
}

static float *fresh(int n) { return aligned_alloc(64, sizeof(float) * n * n); }

int main(void) {
  char line[256];
  int size = 0;
  float *a = NULL, *b = NULL, *c = NULL;
  while (fgets(line, sizeof line, stdin)) {
    int count = atoi(strstr(line, "\"count\":") + 8), n = atoi(strstr(line, "\"n\":") + 4);
    if (n != size) {
      free(a), free(b), free(c);
      a = fresh(n), b = fresh(n), c = fresh(n), size = n;
      for (int i = 0; i < n * n; i++) a[i] = (i % 7) - 3, b[i] = (i % 5) - 2;
      matmul(n, a, b, c);
      /* one element by hand: a wrong kernel is not timed */
      double expected = 0;
      for (int k = 0; k < n; k++) expected += a[n + k] * b[k * n + 3];
      if (c[n + 3] != (float)expected) return fprintf(stderr, "matmul.c: %g, not %g\n", c[n + 3], expected), 1;
    }
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < count; i++) matmul(n, a, b, c);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) * 1e-9) / count;
    printf("{\"seconds\":%.9g}\n", seconds);
    fflush(stdout);
  }
  return 0;
}
