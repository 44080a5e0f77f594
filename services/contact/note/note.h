#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/personal.h"
#include "services/contact/party/party.h"

// The rules of notes: plain values, no I/O, no clock.
namespace vefa::contact {

// What somebody of ours wrote down.
struct Note {
  Uuid id;
  Party about;
  Personal<std::string> text;
  bool pinned = false;
  std::string author;
  std::string editor;
  int64_t version = 0;
  Time create_time{};
  Time update_time{};
};

// Brings a text to its stored form and adds every broken rule, its field under `prefix`.
void Normalise(Note& note, std::string_view prefix, std::vector<Violation>& violations);

}  // namespace vefa::contact
