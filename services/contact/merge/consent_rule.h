#pragma once

#include <string>
#include <vector>

#include "services/contact/contact.h"

// Whose word holds about a survivor's consents. Pure.
namespace vefa::contact {

// What a record says about one purpose on one channel.
struct Word {
  std::string purpose;
  Channel channel = Channel::kNone;
  ConsentState state = ConsentState::kNeverAsked;
  Time time{};  // The survivor's: when it was said. A merged record's: when we learned of it.
};

// What a record that is a part of the survivor says.
struct OtherWords {
  Time merge_time{};
  std::vector<Channel> used;  // Channels on which its address is the one that is used.
  std::vector<Word> words;    // What holds of it, its own merges included; of several about the same the strictest counts.
};

// The words that hold instead of the survivor's own, in the order of purpose and channel. For each purpose and channel the record
// whose address is used rules: the survivor, or another that has the channel in `used`; of several, the strictest. A word of the
// others only restricts: withdrawn and refused before expired, before pending, before never asked. What the survivor was told
// after another's word, and after the merge, goes before it.
std::vector<Word> RuleConsents(const std::vector<Word>& own, const std::vector<OtherWords>& others);

}  // namespace vefa::contact
