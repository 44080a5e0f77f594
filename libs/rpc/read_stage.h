#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "libs/rpc/batch_span.h"
#include "libs/rpc/gather.h"
#include "libs/rpc/serve.h"

namespace vefa::rpc {

// Reads of one kind that come at the same time are one statement; each caller hears of its own.
template <typename Key, typename Response, typename Reply = rpc::Reply>
class ReadStage {
 public:
  // What there is of each key, by position; an error is that key's own. Called by several threads.
  using Read = std::function<Result<std::vector<Result<Response>>>(const Uuid& tenant, const std::vector<Key>& keys,
                                                                   Deadline deadline)>;
  ReadStage(GatherLimits limits, Read read)
      : read_(std::move(read)),
        gather_(
            limits, [](const std::unique_ptr<One>& one) -> const Uuid& { return one->tenant; },
            [this](const Uuid& tenant, Many many) { Work(tenant, std::move(many)); }) {}

  // `response` belongs to the call that `reply` ends. RESOURCE_EXHAUSTED `AT_CAPACITY` when too much waits. Thread-safe.
  void Add(const Uuid& tenant, Deadline deadline, Key key, Response* response, Reply reply) {
    auto one = std::make_unique<One>(One{tenant, deadline, std::move(key), response, std::move(reply)});
    if (!gather_.TryAdd(std::move(one))) one->reply.Finish(AtCapacity());
  }
  // Works off what is there. Idempotent.
  void Stop() { gather_.Stop(); }

 private:
  struct One {
    Uuid tenant;
    Deadline deadline;
    Key key;
    Response* response;
    Reply reply;
  };
  using Many = std::vector<std::unique_ptr<One>>;

  void Work(const Uuid& tenant, Many many) {
    std::vector<Key> keys;
    Many waiting;
    // The latest: who is in a hurry hears from gRPC that the time is over.
    Deadline deadline = Deadline::After(std::chrono::milliseconds(0));
    for (auto& one : many) {
      if (one->deadline.Passed()) {
        one->reply.Finish(DeadlinePassed());
        continue;
      }
      if (deadline.at() < one->deadline.at()) deadline = one->deadline;
      keys.push_back(one->key);
      waiting.push_back(std::move(one));
    }
    if (waiting.empty()) return;
    auto answers = ReadAll(tenant, keys, deadline, waiting);
    for (size_t i = 0; i < waiting.size(); ++i) {
      Status status = Ok();
      if (!answers.ok()) {
        status = answers.error();
      } else if (!(*answers)[i].ok()) {
        status = std::move((*answers)[i]).error();
      } else {
        *waiting[i]->response = *std::move((*answers)[i]);
      }
      waiting[i]->reply.Finish(std::move(status));
    }
  }

  Result<std::vector<Result<Response>>> ReadAll(const Uuid& tenant, const std::vector<Key>& keys, Deadline deadline,
                                                Many& many) {
    BatchSpan span(tenant, many);
    return read_(tenant, keys, deadline);
  }

  const Read read_;
  Gather<std::unique_ptr<One>> gather_;  // Last: its threads use everything above.
};

}  // namespace vefa::rpc
