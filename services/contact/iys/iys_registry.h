#pragma once

#include <string>
#include <vector>

#include "services/contact/iys/iys.h"

namespace vefa::contact {

// One consent as IYS is told it, or tells it.
struct IysConsent {
  std::string recipient{};  // E.164 or an e-mail address.
  IysRecipient type = IysRecipient::kIndividual;
  Channel channel = Channel::kNone;
  IysStatus status = IysStatus::kUnknown;
  Time consent_time{};  // When the person said so; to the second.
  std::string source;   // `HS_WEB`, `IYS_WEB`.
  Time creation_time{};          // Of what IYS tells: when it was registered there.
  std::string transaction_id{};  // As above.
};

// What became of one consent of a batch.
struct IysOutcome {
  enum class Kind { kQueued, kRegistered, kFailed };
  Kind kind = Kind::kQueued;
  Time creation_time{};
  std::string transaction_id{};
  std::string error_code{}, error_message{};
};

struct IysChanges {
  std::vector<IysConsent> consents;
  std::string after;  // Where the next call goes on.
  bool more = false;  // The page was full.
};

// What a register of consents can do for one brand. Errors: UNAVAILABLE `IYS_UNREACHABLE` or `IYS_BUSY`, PERMISSION_DENIED `IYS_SIGN_IN_REFUSED`,
// DATA_LOSS `IYS_ANSWER_UNCLEAR` for an answer that nobody understands. Not thread-safe.
class IysRegistry {
 public:
  static constexpr size_t kBatchMax = 1000;
  static constexpr int kChangesMax = 1000;

  virtual ~IysRegistry() = default;

  // Hands a batch over; the name by which to ask what became of it. An error whose metadata has `handed_over` leaves open whether it arrived.
  virtual Result<std::string> Add(const std::vector<IysConsent>& consents, Deadline deadline) = 0;
  // In the order of the batch. NOT_FOUND `IYS_REQUEST_UNKNOWN`.
  virtual Result<std::vector<IysOutcome>> Outcomes(const std::string& request_id, size_t count, Deadline deadline) = 0;
  // What it knows of an address; `status` unknown: nothing.
  virtual Result<IysConsent> Find(const std::string& recipient, IysRecipient type, Channel channel, Deadline deadline) = 0;
  // What people said at the register itself since `after`, oldest first; it tells the last seven days, without the last hour.
  virtual Result<IysChanges> Changes(const std::string& after, Deadline deadline) = 0;
};

}  // namespace vefa::contact
