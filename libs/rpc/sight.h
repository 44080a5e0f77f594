#pragma once

#include <google/protobuf/message.h>

#include <set>
#include <string>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/rpc/principal.h"
#include "vefa/options/v1/sight.pb.h"

namespace vefa::rpc {

// The resources that a message names, anywhere in it, without what hangs from them: `contacts/{uuid}` of
// `contacts/{uuid}/points/{uuid}`. Ids in lower case.
std::set<std::string> NamesIn(const google::protobuf::Message& message);

// Whether a call that concerns this much is for this caller at all: PERMISSION_DENIED `VISIBILITY_TOO_NARROW` for one who does not
// see everybody's records where the RPC does not declare a sight.
Status CheckSight(const Principal& principal, options::v1::Sight sight);
// The refusal itself.
Error TooNarrow();

// Who knows whose a record is. Thread-safe.
class SightOf {
 public:
  virtual ~SightOf() = default;
  // Whether the caller, who does not see everybody's, sees every contact that the request concerns. NOT_FOUND `CONTACT_NOT_FOUND` when he
  // does not, as if it were not there; PERMISSION_DENIED `VISIBILITY_TOO_NARROW` when it names none.
  virtual Status Check(const Principal& principal, const google::protobuf::Message& request, Deadline deadline) const = 0;
};

}  // namespace vefa::rpc
