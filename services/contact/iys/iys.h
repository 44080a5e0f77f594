#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/personal.h"
#include "libs/base/result.h"
#include "services/contact/contact.h"

// What IYS, Turkey's register of consents to commercial messages, is to know of whom: plain values, no I/O.
namespace vefa::contact {

// The numbers are vefa.contact.v1.IysStatus.
enum class IysStatus : int16_t { kUnknown = 0, kOnay = 1, kRet = 2 };
// The numbers are vefa.contact.v1.RecipientType.
enum class IysRecipient : int16_t { kIndividual = 1, kMerchant = 2 };
// The numbers are vefa.contact.v1.IysEntry.State.
enum class IysState : int16_t { kWaiting = 1, kSent = 2, kRegistered = 3, kRefused = 4, kUnneeded = 5 };
// The numbers are vefa.contact.v1.IysAccount.Master.
enum class IysMaster : int16_t { kVefa = 1, kIys = 2 };

// By what IYS knows a tenant.
struct IysAccount {
  int64_t iys_code = 0, brand_code = 0;
  std::string username;
  std::string wrapped_password;  // As stored.
  IysMaster master = IysMaster::kVefa;
  std::string approval_purpose;
  bool unknown_country = false;
  bool enabled = false;
  std::string pull_after;           // IYS's own word for how far changes were fetched; empty: from the beginning.
  std::optional<Time> pull_time{};  // When they were, last.
  std::string trouble;
  Time update_time{};
};

// What IYS is to know of one contact on one channel.
struct IysEntry {
  Uuid contact;
  Channel channel = Channel::kNone;
  IysRecipient recipient = IysRecipient::kIndividual;
  std::string address_hash{};  // Of the address it is about.
  IysStatus wanted = IysStatus::kUnknown;
  IysStatus registered = IysStatus::kUnknown;  // As far as is known.
  IysStatus sent = IysStatus::kUnknown;        // What was passed on, or was about to be; unknown: nothing.
  IysState state = IysState::kWaiting;
  Time say_time{};
  std::string capture_source{};
  Time due_time{};
  Time next_time{};  // Nothing is done about it before.
  int32_t attempts = 0;
  std::string request_id{};  // Of what was passed on.
  int32_t request_index = 0;
  std::optional<Time> register_time{};
  std::string transaction_id{};
  std::string error_code{}, error_message{};
};

// What one contact has said of commercial purposes on a channel, all of them together.
struct IysWord {
  Uuid contact;
  Channel channel = Channel::kNone;
  IysRecipient recipient = IysRecipient::kIndividual;
  std::string address_hash{};
  std::optional<Time> granted_time{}, denied_time{};  // The latest of each kind that holds.
  std::string granted_source{}, denied_source{};          // By which means, in IYS's words; empty: not said.
};

inline constexpr int32_t kIysBusinessDays = 3;  // Law 6563 with its regulation: what is said elsewhere reaches IYS within so many.

// The entry a word comes to, given what was there: another address, or another kind of recipient, begins anew. nullopt: nothing was said
// that IYS is to know, or it is as it was.
std::optional<IysEntry> EntryOf(const IysWord& word, const std::optional<IysEntry>& before);

// What IYS answered about an entry that was passed on: it is registered, and waits again where the person has said something else since.
void Registered(IysEntry& entry, IysStatus status, Time time, std::string transaction_id);

// What is to be done about an entry that waits.
enum class IysStep { kNothing, kAsk, kSend };
// A refusal of somebody IYS may not know is asked about first, for it takes none; and where IYS is the master, everything is.
IysStep StepOf(const IysEntry& entry, IysMaster master);
// An entry that IYS was asked about, and what becomes of it: registered, waiting, unneeded, or kSend, marked as sent, to be passed on at once.
IysStep Answered(IysEntry& entry, IysStatus status, IysMaster master, Time now);

// The words of IYS's interface. Empty for what it has none for; nullopt of what is none.
std::string_view IysWordOf(IysStatus status);
std::string_view IysWordOf(IysRecipient recipient);
std::string_view IysWordOf(Channel channel);
std::optional<IysStatus> IysStatusOf(std::string_view word);
std::optional<IysRecipient> IysRecipientOf(std::string_view word);
std::optional<Channel> IysChannelOf(std::string_view word);
// Where a consent was given, as IYS takes it: one of its own words, or HS_WEB when nobody said. Words of IYS itself, `IYS_…`, it does not
// take from others.
std::string_view IysSourceOf(std::string_view capture_source);

// Brings an account to its stored form and adds what is wrong, fields under `account.`.
void Normalise(IysAccount& account, std::vector<Violation>& violations);

}  // namespace vefa::contact
