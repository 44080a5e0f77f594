#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/result.h"

// The rules of how other systems know people: plain values, no I/O, no clock.
namespace vefa::contact {

inline constexpr int kIdentitiesMax = 50;  // Of one contact.
// What a visitor's contact is tagged with until somebody knows who it is.
inline constexpr char kVisitorTag[] = "visitor";

// By which another system knows a contact.
struct Identity {
  Uuid id;
  Uuid contact;
  std::string source;
  std::string value;
  bool anonymous = false;  // Of a visitor whom nobody knows.
  Time create_time{};
};

// Adds every broken rule, its field under `prefix`.
void Check(const Identity& identity, std::string_view prefix, std::vector<Violation>& violations);

// Whom a caller names beside an identity.
enum class Named { kNobody, kSomebodyNew, kTheSame, kAnother };

// What is to be done. The numbers are IdentifyContactResponse.Outcome; kRefuse has none.
enum class IdentifyStep {
  kKnown = 1, kCreateVisitor = 2, kCreateContact = 3, kLink = 4, kComplete = 5, kMerge = 6, kRefuse = 7
};

// The rule. `linked`: the identity is somebody's already; `anonymous`: of a visitor. Two people whom one knows are never taken for one another.
IdentifyStep StepOf(bool linked, bool anonymous, Named named);

}  // namespace vefa::contact
