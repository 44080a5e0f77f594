// `vefactl history SUBJECT`: what happened to one contact, order, campaign or message, what each event changed, and
// what it looked like at a moment, folded by its service from its ledger.

#include <cstdio>
#include <iostream>
#include <optional>

#include "libs/http/url.h"
#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/states.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

// Each event shown costs a call for the state after it.
constexpr int kLastMost = 500;

struct HistoryOptions {
  std::string subject;
  std::string at;
  int64_t version = 0;
  std::vector<std::string> diff;
  int last = 20;
  bool open = false;
  bool json = false;
};

// The ledger of one subject.
class Ledger {
 public:
  Ledger(Api& api, std::string service, const HistoryOptions& options)
      : api_(api), service_(std::move(service)), subject_(http::PercentEncode(options.subject)), open_(options.open) {}

  // `moment` as MomentQuery makes it.
  Result<Json> StateAt(const std::string& moment) {
    return api_.Get("/v1/ledgers/" + service_ + "/state?subject=" + subject_ + (moment.empty() ? "" : "&" + moment) +
                    (open_ ? "&open=true" : ""));
  }
  // Versions `from` to `to`; begins later where the ledger does, and says so by `dropped`.
  Result<Json> Events(int64_t from, int64_t to, bool& dropped) {
    Json all = Json::array();
    while (from != 0 && from <= to) {
      auto page = api_.Get("/v1/ledgers/" + service_ + "/events?subject=" + subject_ + "&fromVersion=" +
                           std::to_string(from) + "&toVersion=" + std::to_string(to));
      if (!page.ok()) {
        int64_t earliest = EarliestOf(page.error());
        if (earliest <= from) return page;
        dropped = true;
        from = earliest;
        continue;
      }
      const Json& events = MemberOf(*page, "events");
      for (const Json& event : events.is_array() ? events : Json::array()) all.push_back(event);
      from = IntegerOf(*page, "nextVersion");
    }
    return all;
  }

 private:
  static int64_t EarliestOf(const Error& error) {
    auto found = error.metadata.find("earliest_version");
    return error.reason == "EVENTS_DROPPED" && found != error.metadata.end() ? IntegerFrom(Json(found->second)) : 0;
  }

  Api& api_;
  const std::string service_;
  const std::string subject_;
  const bool open_;
};

std::string Shown(const std::string& value) { return value.empty() ? "(nothing)" : value; }

// Erased is nothing at a version that is.
bool IsErased(const Json& state) { return MemberOf(state, "state").is_null() && IntegerOf(state, "version") > 0; }

void PrintChanges(const std::vector<Difference>& changes, const char* indent) {
  for (const Difference& change : changes) {
    if (change.before.empty()) {
      std::printf("%s%s: %s\n", indent, change.field.c_str(), change.after.c_str());
    } else {
      std::printf("%s%s: %s -> %s\n", indent, change.field.c_str(), change.before.c_str(), Shown(change.after).c_str());
    }
  }
}

void PrintState(const Json& state) {
  if (IntegerOf(state, "version") == 0) return (void)std::printf("At this moment nothing was recorded yet.\n");
  std::printf("Version %lld, recorded %s%s\n", static_cast<long long>(IntegerOf(state, "version")),
              TextOf(state, "recordTime").c_str(), IsErased(state) ? ": erased, nothing is kept." : ":");
  for (const auto& [field, value] : FieldsOf(state)) std::printf("  %s: %s\n", field.c_str(), value.c_str());
}

// Prints the events with what each changed in the state. The state after the last one is known.
Status PrintEvents(Ledger& ledger, const Json& events, const Json& last) {
  if (events.empty()) return Ok();
  int64_t first = IntegerOf(events.front(), "aggregateVersion");
  Json before = Json::object();
  bool known = true;
  if (first > 1) {
    auto state = ledger.StateAt("version=" + std::to_string(first - 1));
    known = state.ok();
    if (!known && state.error().reason != "EVENTS_DROPPED") return state.error();
    if (known) before = *std::move(state);
  }
  for (const Json& event : events) {
    int64_t version = IntegerOf(event, "aggregateVersion");
    std::printf("%6lld  %s  %s", static_cast<long long>(version), TextOf(event, "recordTime").c_str(),
                TextOf(event, "type").c_str());
    if (TextOf(event, "occurTime") != TextOf(event, "recordTime"))
      std::printf("  (happened %s)", TextOf(event, "occurTime").c_str());
    std::printf("\n");
    auto after = version == IntegerOf(last, "version") ? Result<Json>(last)
                                                       : ledger.StateAt("version=" + std::to_string(version));
    if (!after.ok() && after.error().reason != "EVENTS_DROPPED") return after.error();
    // Where the beginning is no longer kept, what an event changed cannot be told; what it says can.
    if (!known || !after.ok()) {
      PrintChanges(Differences({}, FieldsOf(Json{{"state", MemberOf(event, "payload")}})), "          ");
    } else if (IsErased(*after)) {
      std::printf("          erased: nothing is kept\n");
    } else {
      PrintChanges(Differences(FieldsOf(before), FieldsOf(*after)), "          ");
    }
    known = after.ok();
    before = after.ok() ? *std::move(after) : Json::object();
  }
  return Ok();
}

Status ShowMoment(Ledger& ledger, const HistoryOptions& options, const std::string& moment) {
  VEFA_TRY(Json state, ledger.StateAt(moment));
  int64_t version = IntegerOf(state, "version");
  bool dropped = false;
  VEFA_TRY(Json events, ledger.Events(std::max<int64_t>(1, version - options.last + 1), version, dropped));
  if (options.json) {
    std::cout << Json{{"subject", options.subject}, {"events", events}, {"stateAsOf", state}}.dump(2) << "\n";
    return Ok();
  }
  if (dropped) std::printf("Events before these are no longer kept.\n");
  VEFA_TRY_OK(PrintEvents(ledger, events, state));
  std::printf("\n");
  PrintState(state);
  return Ok();
}

Status ShowDifference(Ledger& ledger, const HistoryOptions& options) {
  VEFA_TRY(std::string from, MomentQuery(options.diff[0]));
  VEFA_TRY(std::string to, MomentQuery(options.diff[1]));
  VEFA_TRY(Json before, ledger.StateAt(from));
  VEFA_TRY(Json after, ledger.StateAt(to));
  std::vector<Difference> changes = Differences(FieldsOf(before), FieldsOf(after));
  if (options.json) {
    Json list = Json::array();
    for (const Difference& change : changes)
      list.push_back({{"field", change.field}, {"before", change.before}, {"after", change.after}});
    auto about = [](const Json& state) {
      return Json{{"version", IntegerOf(state, "version")}, {"recordTime", TextOf(state, "recordTime")}, {"erased", IsErased(state)}};
    };
    std::cout << Json{{"subject", options.subject}, {"from", about(before)}, {"to", about(after)}, {"changes", list}}.dump(2)
              << "\n";
    return Ok();
  }
  std::printf("From version %lld to version %lld:\n", static_cast<long long>(IntegerOf(before, "version")),
              static_cast<long long>(IntegerOf(after, "version")));
  if (IsErased(after) && !IsErased(before)) std::printf("  erased: nothing is kept\n");
  if (changes.empty() && IsErased(before) == IsErased(after)) std::printf("  nothing differs\n");
  PrintChanges(changes, "  ");
  return Ok();
}

int ShowHistory(const HistoryOptions& options) {
  auto service = ServiceOfSubject(options.subject);
  if (!service.ok()) return Fail(service.error());
  auto moment = MomentQuery(options.version > 0 ? std::to_string(options.version) : options.at);
  if (!moment.ok()) return Fail(moment.error());
  return WithApi([&](Api& api) -> Status {
    Ledger ledger(api, *service, options);
    return options.diff.empty() ? ShowMoment(ledger, options, *moment) : ShowDifference(ledger, options);
  });
}

}  // namespace

void AddHistory(CLI::App& app, Verb& run) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* verb = Add(app, "history",
                       "Shows what happened to a contact, order, campaign or message, and what it looked like at a moment.",
                       "vefactl history contacts/01890a5d-ac96-774b-bcce-b302099a8057 --at 2026-03-01\n"
                       "  vefactl history contacts/01890a5d-ac96-774b-bcce-b302099a8057 --diff 2026-01-01 2026-03-01 --open");
  verb->add_option("subject", options->subject, "As the events name it, for example contacts/UUID")->required();
  CLI::Option* at = verb->add_option("--at", options->at, "The moment by its time of recording (RFC 3339, or a date)");
  CLI::Option* version = verb->add_option("--version", options->version, "The moment by its version")
                             ->check(CLI::Range(int64_t{1}, INT64_MAX))
                             ->excludes(at);
  verb->add_option("--diff", options->diff, "What differs between two moments, each a version or a time")
      ->expected(2)
      ->excludes(at)
      ->excludes(version);
  verb->add_option("--last", options->last, "Most events to show, the newest before the moment")->check(CLI::Range(1, kLastMost));
  verb->add_flag("--open", options->open, "Open boxes of personal data; needs the permission pii.read");
  verb->add_flag("--json", options->json, "As one JSON object");
  verb->callback([&run, options] { run = [options] { return ShowHistory(*options); }; });
}

}  // namespace vefa::ctl
