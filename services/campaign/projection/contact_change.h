#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "libs/base/clock.h"
#include "libs/base/id.h"

// What a batch of events changes in what campaign knows of people: plain values, no I/O.
namespace vefa::campaign {

// The attributes of a score, in the order of kScoreColumns; NaN where there is no value.
inline constexpr int kScoreSize = 9;
using Score = std::array<double, kScoreSize>;
inline constexpr const char* kScoreColumns[kScoreSize] = {
    "frequency", "recency_weeks",      "age_weeks",      "mean_value",             "p_alive",
    "p_buy_90d", "expected_purchases", "expected_value", "residual_lifetime_value"};

// (tenant, contact)
using ContactKey = std::pair<Uuid, Uuid>;

// Of one contact: only what the events of the batch spoke of.
struct ContactChange {
  bool known = false;   // created or updated: language and source are those of its last event.
  bool erased = false;  // The person was erased.
  bool merged = false;  // Of a known one: it is a part of another contact.
  std::optional<bool> restricted;  // Its data may be kept only.
  std::string language;
  std::string source;
  int64_t orders = 0;
  bool scored = false;
  Score score{};
};

// (tenant, contact, purpose, channel)
using ConsentKey = std::tuple<Uuid, Uuid, std::string, int16_t>;

struct ConsentChange {
  int16_t state = 0;
  Time occur_time{};
  bool moved = false;  // Of another address than what is there, which does not count any more.
};

// Ordered by key, so that two transactions lock in the same order.
using ContactChanges = std::map<ContactKey, ContactChange>;
using ConsentChanges = std::map<ConsentKey, ConsentChange>;

// Everything a batch changes.
struct PeopleChanges {
  ContactChanges contacts;
  ConsentChanges consents;
};

}  // namespace vefa::campaign
