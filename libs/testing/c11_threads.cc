// ThreadSanitizer knows POSIX threads and not those of C11, which librdkafka uses: a thread that it did not see begin ends
// the program. Here the ones are the others, as in glibc; linked into builds that look for mistakes among threads, and into no other.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t));
static_assert(sizeof(once_flag) == sizeof(pthread_once_t) && sizeof(thrd_t) == sizeof(pthread_t));

// Named, because it is compiled together with what it is linked to.
namespace c11_threads {

struct Begin {
  thrd_start_t function;
  void* argument;
};

inline void* Run(void* raw) {
  std::unique_ptr<Begin> begin(static_cast<Begin*>(raw));
  return reinterpret_cast<void*>(static_cast<intptr_t>(begin->function(begin->argument)));
}

inline int Code(int error) {
  switch (error) {
    case 0: return thrd_success;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    case EBUSY: return thrd_busy;
    default: return thrd_error;
  }
}

inline pthread_mutex_t* Mutex(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
inline pthread_cond_t* Condition(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

}  // namespace c11_threads

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto begin = std::make_unique<c11_threads::Begin>(c11_threads::Begin{function, argument});
  int error = pthread_create(thread, nullptr, c11_threads::Run, begin.get());
  if (error == 0) static_cast<void>(begin.release());
  return c11_threads::Code(error);
}
int thrd_join(thrd_t thread, int* result) {
  void* raw = nullptr;
  int error = pthread_join(thread, &raw);
  if (error == 0 && result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(raw));
  return c11_threads::Code(error);
}

int mtx_init(mtx_t* mutex, int kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((kind & mtx_recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  int error = pthread_mutex_init(c11_threads::Mutex(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return c11_threads::Code(error);
}
int mtx_lock(mtx_t* mutex) { return c11_threads::Code(pthread_mutex_lock(c11_threads::Mutex(mutex))); }
int mtx_unlock(mtx_t* mutex) { return c11_threads::Code(pthread_mutex_unlock(c11_threads::Mutex(mutex))); }
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(c11_threads::Mutex(mutex)); }

int cnd_init(cnd_t* condition) { return c11_threads::Code(pthread_cond_init(c11_threads::Condition(condition), nullptr)); }
int cnd_signal(cnd_t* condition) { return c11_threads::Code(pthread_cond_signal(c11_threads::Condition(condition))); }
int cnd_broadcast(cnd_t* condition) { return c11_threads::Code(pthread_cond_broadcast(c11_threads::Condition(condition))); }
int cnd_wait(cnd_t* condition, mtx_t* mutex) { return c11_threads::Code(pthread_cond_wait(c11_threads::Condition(condition), c11_threads::Mutex(mutex))); }
int cnd_timedwait(cnd_t* __restrict condition, mtx_t* __restrict mutex, const struct timespec* __restrict until) {
  return c11_threads::Code(pthread_cond_timedwait(c11_threads::Condition(condition), c11_threads::Mutex(mutex), until));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(c11_threads::Condition(condition)); }

void call_once(once_flag* flag, void (*function)(void)) { pthread_once(reinterpret_cast<pthread_once_t*>(flag), function); }

}  // extern "C"
