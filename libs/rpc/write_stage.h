#pragma once

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/postgres/database.h"
#include "libs/rpc/batch_span.h"
#include "libs/rpc/gather.h"
#include "libs/rpc/idempotency.h"
#include "libs/rpc/serve.h"

namespace vefa::rpc {

// How inputs of one kind become one statement.
template <typename Input, typename Response>
struct WriteKind {
  // One statement that writes all of them, with their events.
  std::function<postgres::Call(const Uuid& tenant, std::span<const Input* const> inputs)> call;
  // What its rows say of each input, by position. An error is that input's own; it changed nothing.
  std::function<std::vector<Result<Response>>(const postgres::Rows& rows, std::span<const Input* const> inputs)> read;
  // Whom an answer is about (EraseAnswersCall), for example `contacts/{uuid}`.
  std::function<std::string(const Response& response)> subject;
  // After each commit.
  std::function<void()> committed;
};

// Writes of one kind that come at the same time share a statement, a transaction and a commit; each caller hears of its
// own. One the database refuses fails alone: it is found by halving. A repeated request id gets its stored answer,
// whether it comes later, at the same time or in the same batch. Row-level security holds each batch to its tenant.
template <typename Input, typename Response, typename Reply = rpc::Reply>
class WriteStage {
 public:
  WriteStage(postgres::Database& database, GatherLimits limits, WriteKind<Input, Response> kind)
      : database_(database),
        kind_(std::move(kind)),
        gather_(
            limits, [](const std::unique_ptr<Write>& write) -> const Uuid& { return write->attempt.tenant; },
            [this](const Uuid& tenant, Writes writes) { Work(tenant, std::move(writes)); }) {}

  // Writes `input` for the tenant of `attempt`. `response` belongs to the call that `reply` ends. RESOURCE_EXHAUSTED
  // `AT_CAPACITY` when too much waits. Thread-safe.
  void Add(Attempt attempt, Deadline deadline, Input input, Response* response, Reply reply) {
    auto write =
        std::make_unique<Write>(Write{std::move(attempt), deadline, std::move(input), response, std::move(reply)});
    if (!gather_.TryAdd(std::move(write))) write->reply.Finish(AtCapacity());
  }
  // Works off what is there. Idempotent.
  void Stop() { gather_.Stop(); }

 private:
  struct Write {
    Attempt attempt;
    Deadline deadline;
    Input input;
    Response* response;
    Reply reply;
  };
  using Writes = std::vector<std::unique_ptr<Write>>;
  using Answers = std::vector<Result<Response>>;
  static constexpr int kTries = 3;

  void Work(const Uuid& tenant, Writes writes) {
    Writes now, twins;
    std::set<std::string> ids;
    for (auto& write : writes) {
      if (write->deadline.Passed()) {
        write->reply.Finish(DeadlinePassed());
        continue;
      }
      bool twin = !write->attempt.request_id.empty() && !ids.insert(write->attempt.request_id).second;
      (twin ? twins : now).push_back(std::move(write));
    }
    Execute(tenant, now);
    // By now what they repeat has its answer.
    if (!twins.empty()) Work(tenant, std::move(twins));
  }

  void Execute(const Uuid& tenant, std::span<std::unique_ptr<Write>> writes) {
    if (writes.empty()) return;
    Result<Answers> answers = Try(tenant, writes);
    for (int tried = 1; !answers.ok() && postgres::IsConflict(answers.error()) && tried < kTries; ++tried)
      answers = Try(tenant, writes);
    if (answers.ok()) return Tell(writes, *std::move(answers));
    const Error& error = answers.error();
    if (writes.size() == 1 || postgres::IsTrouble(error) || postgres::IsConflict(error)) {
      for (auto& write : writes) write->reply.Finish(error);
      return;
    }
    Execute(tenant, writes.first(writes.size() / 2));
    Execute(tenant, writes.subspan(writes.size() / 2));
  }

  void Tell(std::span<std::unique_ptr<Write>> writes, Answers answers) {
    if (kind_.committed) kind_.committed();
    for (size_t i = 0; i < writes.size(); ++i) {
      if (answers[i].ok()) *writes[i]->response = *std::move(answers[i]);
      writes[i]->reply.Finish(answers[i].ok() ? Status(Ok()) : Status(std::move(answers[i]).error()));
    }
  }

  // All of them in one transaction.
  Result<Answers> Try(const Uuid& tenant, std::span<std::unique_ptr<Write>> writes) {
    BatchSpan span(tenant, writes);
    // One that is in a hurry must not end what the others wait for: its caller hears from gRPC that the time is over.
    Deadline deadline = writes.front()->deadline;
    bool once = false;
    for (const auto& write : writes) {
      if (deadline.at() < write->deadline.at()) deadline = write->deadline;
      once = once || !write->attempt.request_id.empty();
    }
    postgres::Scope scope = postgres::Scope::Tenant(tenant);
    if (once) {
      auto begun = database_.Begin(scope, deadline);
      if (!begun.ok()) return std::move(begun).error();
      postgres::Transaction transaction = std::move(begun).value();
      VEFA_TRY(Answers answers, TryOnce(transaction, tenant, writes));
      VEFA_TRY_OK(transaction.Commit());
      return answers;
    }
    std::vector<const Input*> inputs;
    for (const auto& write : writes) inputs.push_back(&write->input);
    VEFA_TRY(auto rows, database_.Run(scope, {kind_.call(tenant, inputs)}, deadline));
    return kind_.read(rows.front(), inputs);
  }

  // Those that were answered before are answered the same; the others are written and remembered.
  Result<Answers> TryOnce(postgres::Transaction& transaction, const Uuid& tenant, std::span<std::unique_ptr<Write>> writes) {
    std::vector<const Attempt*> attempts;
    for (const auto& write : writes) attempts.push_back(&write->attempt);
    VEFA_TRY(auto found, FindAnswers(transaction, attempts));
    Answers answers(writes.size(), Result<Response>(Response()));
    std::vector<const Input*> inputs;
    std::vector<size_t> places;
    for (size_t i = 0; i < writes.size(); ++i) {
      if (Known(found[i], answers[i])) continue;
      inputs.push_back(&writes[i]->input);
      places.push_back(i);
    }
    if (inputs.empty()) return answers;
    VEFA_TRY(auto rows, transaction.ExecuteAll({kind_.call(tenant, inputs)}));
    Answers written = kind_.read(rows.front(), inputs);
    std::vector<const Attempt*> refused;
    std::vector<size_t> refused_places;
    std::vector<Remembered> remembered;
    for (size_t i = 0; i < places.size(); ++i) {
      const Attempt& attempt = writes[places[i]]->attempt;
      if (written[i].ok()) {
        remembered.push_back({&attempt, written[i]->SerializeAsString(), kind_.subject(*written[i])});
      } else if (!attempt.request_id.empty()) {
        refused.push_back(&attempt);
        refused_places.push_back(places[i]);
      }
      answers[places[i]] = std::move(written[i]);
    }
    // A twin may have committed while the statement waited for its row: its answer is theirs, too.
    if (!refused.empty()) {
      VEFA_TRY(auto again, FindAnswers(transaction, refused));
      for (size_t i = 0; i < refused.size(); ++i) Known(again[i], answers[refused_places[i]]);
    }
    VEFA_TRY_OK(RememberAnswers(transaction, remembered));
    return answers;
  }

  // Whether the request was answered or refused by its id.
  static bool Known(Result<std::optional<std::string>>& found, Result<Response>& answer) {
    if (!found.ok()) {
      answer = std::move(found).error();
      return true;
    }
    Response stored;
    if (!found->has_value() || !stored.ParseFromString(**found)) return false;
    answer = std::move(stored);
    return true;
  }

  postgres::Database& database_;
  const WriteKind<Input, Response> kind_;
  Gather<std::unique_ptr<Write>> gather_;  // Last: its threads use everything above.
};

}  // namespace vefa::rpc
