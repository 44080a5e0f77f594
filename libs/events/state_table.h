#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "libs/events/consumer_core.h"
#include "libs/events/handler.h"
#include "libs/events/projection.h"

namespace vefa::events {

// Keeps `aggregate_state`: the state of every subject of our own topic, folded from its events. What it
// changes is dirty until StatePublisher has written it to the state topic. Holds nothing between two
// batches, so it may be called by several threads.
class StateTable final : public Handler {
 public:
  // `prototype` outlives this. `changed` is called after a commit.
  StateTable(const google::protobuf::Message& prototype, Fold fold, std::function<void()> changed)
      : prototype_(prototype), fold_(std::move(fold)), changed_(std::move(changed)) {}

  // The states of a service as the projection `<service>.state.v1`. After a rebuild all of them are published again.
  static ProjectionInfo Info(const Source& source);

  // What the fold says, and RESOURCE_EXHAUSTED `STATE_TOO_LARGE` when a state would have more than 900 KiB.
  Status Apply(postgres::Transaction& transaction, std::span<const Event> events) override;
  void Applied() override { changed_(); }

 private:
  struct Entry {
    std::unique_ptr<google::protobuf::Message> state;
    bool erased = false;
    const Event* last = nullptr;
  };
  using Entries = std::map<SubjectKey, Entry>;
  Status Load(postgres::Transaction& transaction, Entries& entries) const;
  static Status Store(postgres::Transaction& transaction, const Entries& entries);

  const google::protobuf::Message& prototype_;
  const Fold fold_;
  const std::function<void()> changed_;
};

}  // namespace vefa::events
