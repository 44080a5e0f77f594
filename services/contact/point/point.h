#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"

// The rules of the ways to reach a person: plain values, no I/O, no clock.
namespace vefa::contact {

// The numbers of ContactPoint.Kind and ContactPoint.State of the contract, and of the table.
enum class PointKind : int16_t { kNone = 0, kEmail = 1, kPhone = 2, kWhatsapp = 3, kPush = 4, kSocial = 5, kPostal = 6 };
enum class PointState : int16_t { kNone = 0, kUnverified = 1, kValid = 2, kRisky = 3, kInvalid = 4, kUnreachable = 5 };
// As what the one who is reached there is registered; the numbers of RecipientType of the contract.
enum class RecipientType : int16_t { kUnknown = -1, kNone = 0, kBireysel = 1, kTacir = 2 };

struct ContactPoint {
  Uuid id;
  PointKind kind = PointKind::kNone;
  Personal<std::string> value;  // In its normal form.
  Personal<std::string> label;
  PointState state = PointState::kUnverified;
  bool primary = false;
  std::optional<Time> verify_time;  // When it last became valid.
  Time create_time{};
  RecipientType recipient_type = RecipientType::kNone;
  bool operator==(const ContactPoint&) const = default;
};
using ContactPoints = std::vector<ContactPoint>;

inline constexpr size_t kPointsMax = 50;  // Of one contact.

// Whether text has the shape local@domain of an address we can write to.
bool IsEmailAddress(std::string_view text);
// An address in its normal form, a domain in other letters included; nullopt when it is none.
std::optional<std::string> NormalEmail(std::string_view text);

// Brings a value to the normal form of its kind and adds what is wrong with it, as `field`, to `violations`. `country` is
// the one in whose national form a number may be.
void NormaliseValue(PointKind kind, Personal<std::string>& value, std::string_view country, std::string_view field,
                    std::vector<Violation>& violations);
// The same for a whole point, its label and state included.
void Normalise(ContactPoint& point, std::string_view country, std::string_view prefix,
               std::vector<Violation>& violations);

// The value of the primary point of a kind; empty when there is none.
const Personal<std::string>& PrimaryValue(const ContactPoints& points, PointKind kind);

// Each keeps exactly one point of a kind primary, as long as there is one of it.

// Adds a point, or finds the one that is there; returns its place. `fresh` becomes the id of a new one.
size_t AddPoint(ContactPoints& points, ContactPoint point, const Uuid& fresh);
void MakePrimary(ContactPoints& points, size_t place);
// The oldest of its kind follows a primary one.
void RemovePoint(ContactPoints& points, size_t place);
// Makes `value`, in its normal form, the primary one of a kind; an empty one removes the primary.
void SetPrimaryValue(ContactPoints& points, PointKind kind, const Personal<std::string>& value, const Uuid& fresh,
                     Time now);
// Of every kind that has points but no primary one, the oldest becomes it.
void SettlePrimaries(ContactPoints& points);
// Brings a point to a state. FAILED_PRECONDITION `POINT_STATE_TRANSITION`: what never was valid cannot be unreachable, and
// nothing becomes unverified again.
Status SetState(ContactPoint& point, PointState state, Time now);

}  // namespace vefa::contact
