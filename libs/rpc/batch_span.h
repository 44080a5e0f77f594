#pragma once

#include <string>
#include <utility>

#include "libs/base/id.h"
#include "libs/telemetry/span.h"

namespace vefa::rpc {

// The work that a batch shares, as a span: below the first of its calls that is recorded, linked with the others both
// ways. While it lives the thread works for it, and for the batch's tenant. Of a batch in which no call is recorded it is
// nothing. `items` are pointers to what has a `reply` with a span.
class BatchSpan {
 public:
  template <typename Items>
  BatchSpan(const Uuid& tenant, Items& items) : span_(Of(items)), scope_(span_.trace(), tenant) {}

 private:
  template <typename Items>
  static telemetry::Span Of(Items& items) {
    telemetry::Span shared;
    int64_t size = 0;
    for (auto& item : items) {
      ++size;
      // Replies of other makes, as in tests, have none.
      if constexpr (requires { item->reply.span().Link(shared.trace()); }) {
        telemetry::Span& own = item->reply.span();
        if (!own.recording()) continue;
        if (shared.recording()) {
          shared.Link(own.trace());
          own.Link(shared.trace());
        } else {
          telemetry::TraceScope first(own.trace());
          shared = telemetry::Span::Child(telemetry::SpanKind::kInternal, own.name() + " batch");
        }
      }
    }
    shared.Set("vefa.batch.size", size);
    return shared;
  }

  telemetry::Span span_;
  telemetry::TraceScope scope_;
};

}  // namespace vefa::rpc
