// `vefactl ratings export` and `vefactl ratings apply FILE`: definitions of scores, personas and rules of the lifecycle as one file of JSON.

#include <cstdio>

#include "services/ctl/command_line.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

constexpr size_t kRatingsBytesMax = 16 << 20;

// Rules may ask for scores, so these come first.
constexpr const char* kRatingKinds[] = {"scoreDefinitions", "personas", "lifecycleRules"};

int RatingsExport() {
  return WithApi([](Api& api) -> Status {
    Json all;
    for (const char* kind : kRatingKinds) {
      VEFA_TRY(Json answer, api.Get(std::string("/v1/") + kind));
      all[kind] = Json::array();
      for (Json one : MemberOf(answer, kind)) {
        // Applied elsewhere, or again, it is a version of its own.
        for (const char* output : {"version", "etag", "updateTime"}) one.erase(output);
        all[kind].push_back(std::move(one));
      }
    }
    std::printf("%s\n", all.dump(2).c_str());
    return Ok();
  });
}

Status ApplyOne(Api& api, const char* kind, const Json& wanted) {
  const std::string name = TextOf(wanted, "name");
  if (!name.starts_with(std::string(kind) + "/"))
    return InvalidArgument("NAME_SYNTAX", "Each of " + std::string(kind) + " needs a name: " + kind + "/ and a code.");
  auto set = api.Patch("/v1/" + name, wanted);
  if (!set.ok()) {
    Error error = set.error();
    error.message = name + ": " + error.message;
    return error;
  }
  std::printf("%s is version %lld.\n", name.c_str(), static_cast<long long>(IntegerOf(*set, "version")));
  return Ok();
}

int RatingsApply(const std::string& file) {
  return WithApi([&](Api& api) -> Status {
    VEFA_TRY(std::string text, ReadFile(file, kRatingsBytesMax));
    VEFA_TRY(Json all, ParseJson(text, file));
    for (const char* kind : kRatingKinds)
      for (const Json& wanted : MemberOf(all, kind)) VEFA_TRY_OK(ApplyOne(api, kind, wanted));
    return Ok();
  });
}

}  // namespace

void AddRatings(CLI::App& app, Verb& run) {
  CLI::App* group = AddGroup(app, "ratings", "Scores, personas and rules of the lifecycle.");
  CLI::App* out = Add(*group, "export", "Prints every definition, as `apply` takes them.", "vefactl ratings export > ratings.json");
  out->callback([&run] { run = [] { return RatingsExport(); }; });
  auto file = std::make_shared<std::string>();
  CLI::App* in = Add(*group, "apply",
                     "Makes the tenant's definitions those of a file; the others stay. The same again changes nothing, and what it\n"
                     "changes is true of every contact soon after.",
                     "vefactl ratings apply ratings.json");
  in->add_option("file", *file, "What `vefactl ratings export` printed")->required();
  in->callback([&run, file] { run = [file] { return RatingsApply(*file); }; });
}

}  // namespace vefa::ctl
