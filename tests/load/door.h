#pragma once

#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"
#include "tests/load/history.h"

namespace vefa::load {

// What a writer asks to be stored.
struct ContactDraft {
  std::string external_id;
  std::string display_name;
  std::string email;
  std::string source;
};
struct ConsentDraft {
  std::string contact;  // `contacts/{uuid}`
  bool granted = true;
  std::string source;
  Time occur_time{};
};
struct OrderDraft {
  std::string external_id;
  std::string contact;
  Time occur_time{};
  int64_t units = 0;
};

// How a call ended. `rejected` are the rows, from 1, that a chunk did not take, with reasons.
struct Answer {
  Outcome outcome = Outcome::kUnknown;
  std::string name;
  std::string reason;
  std::vector<std::pair<int64_t, std::string>> rejected;
};

// A way into Vefa for the writes of one tenant. Used by one thread.
class Door {
 public:
  virtual ~Door() = default;
  virtual Answer Create(const ContactDraft& contact, const Uuid& request_id) = 0;
  virtual Answer RecordConsent(const ConsentDraft& consent, const Uuid& request_id) = 0;
  virtual Answer ImportContacts(const std::vector<ContactDraft>& contacts) = 0;
  virtual Answer ImportOrders(const std::vector<OrderDraft>& orders) = 0;
};

// Longest wait for one answer.
constexpr std::chrono::seconds kCallTimeout(5);
constexpr char kPurpose[] = "news";

// What an error says of the write: refused for good, or not known (also when it surely was not made,
// because it may then be tried again just as well).
Answer FromError(const Error& error);

}  // namespace vefa::load
