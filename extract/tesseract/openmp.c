// Tesseract parts each step of its network into OpenMP sections, thousands of times a page. Even
// where only one thread may run them, GNU's runtime makes a team for each and wakes nobody with a
// system call: a tenth of the time that reading a page takes. The program's own functions go
// before those of a library that is loaded beside it, so these run the sections one after another.
// They are all that Tesseract calls, however its compiler joins sections to the team that runs them,
// but omp_get_thread_num and omp_get_num_threads, which are right outside of any team. A Tesseract
// built with another runtime does not call them.

static __thread unsigned done, all; // of the sections that run

void GOMP_parallel_sections(void (*run)(void *), void *data, unsigned threads, unsigned count,
                            unsigned flags) {
  unsigned outer_done = done, outer_all = all;
  done = 0;
  all = count;
  run(data);
  done = outer_done;
  all = outer_all;
}

unsigned GOMP_sections_next(void) { return done < all ? ++done : 0; }

unsigned GOMP_sections_start(unsigned count) {
  done = 0;
  all = count;
  return GOMP_sections_next();
}

void GOMP_sections_end(void) {}

void GOMP_sections_end_nowait(void) {}

void GOMP_parallel(void (*run)(void *), void *data, unsigned threads, unsigned flags) { run(data); }
