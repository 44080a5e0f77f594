// `vefactl import list|show|pause|undo`: imports that are known already.
#include "services/ctl/imports.h"

#include <cstdio>

#include "libs/base/id.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

constexpr char kImportPage[] = "pageSize=1000";

std::string StateWord(const Json& import) {
  std::string word = TextOf(import, "state").substr(std::string("STATE_").size());
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word;
}

void PrintImport(const Json& import) {
  std::printf("%s  %s  %s\n", TextOf(import, "name").c_str(), StateWord(import).c_str(), TextOf(import, "title").c_str());
  std::printf("  %s\n", DescribeCounts(import).c_str());
}

int WithImport(const std::string& name, const std::function<Status(Api&, const std::string& path)>& work) {
  auto id = ParseResourceName("imports", name);
  if (!id.ok()) return Fail(id.error());
  return WithApi([&](Api& api) { return work(api, "/v1/" + ResourceName("imports", *id)); });
}

}  // namespace

std::string DescribeCounts(const Json& import) {
  const Json& counts = MemberOf(import, "counts");
  std::string text = Grouped(IntegerOf(counts, "created")) + " new, " + Grouped(IntegerOf(counts, "updated")) + " changed, " +
                     Grouped(IntegerOf(counts, "unchanged")) + " known already, ";
  if (IntegerOf(counts, "skipped") > 0) text += Grouped(IntegerOf(counts, "skipped")) + " left alone, ";
  text += Grouped(IntegerOf(counts, "rejected")) + " rejects";
  if (IntegerOf(counts, "consents") > 0) text += ", " + Grouped(IntegerOf(counts, "consents")) + " consents";
  const int64_t size = IntegerOf(import, "sizeBytes");
  if (size > 0 && TextOf(import, "state") != "STATE_COMPLETED")
    text += "; " + std::to_string(IntegerOf(import, "positionBytes") * 100 / size) + " % of the file";
  if (IntegerOf(import, "undoneCount") + IntegerOf(import, "leftCount") > 0)
    text += "; " + Grouped(IntegerOf(import, "undoneCount")) + " taken back, " + Grouped(IntegerOf(import, "leftCount")) + " left";
  return text;
}

Status EachProblem(Api& api, const std::string& import, bool of_undo, const std::function<void(const Json&)>& take) {
  std::string token;
  do {
    VEFA_TRY(Json page, api.Get("/v1/" + import + "/problems?" + kImportPage + (of_undo ? "&ofUndo=true" : "") +
                                (token.empty() ? "" : "&pageToken=" + token)));
    const Json& problems = MemberOf(page, "problems");
    if (problems.is_array())
      for (const Json& problem : problems) take(problem);
    token = TextOf(page, "nextPageToken");
  } while (!token.empty());
  return Ok();
}

int ImportList() {
  return WithApi([](Api& api) -> Status {
    VEFA_TRY(Json page, api.Get("/v1/imports"));
    const Json& imports = MemberOf(page, "imports");
    if (imports.is_array())
      for (const Json& import : imports) PrintImport(import);
    return Ok();
  });
}

int ImportShow(const std::string& import) {
  return WithImport(import, [](Api& api, const std::string& path) -> Status {
    VEFA_TRY(Json shown, api.Get(path));
    PrintImport(shown);
    return Ok();
  });
}

int ImportPause(const std::string& import) {
  return WithImport(import, [](Api& api, const std::string& path) -> Status {
    VEFA_TRY(Json paused, api.Post(path + ":pause", Json::object()));
    PrintImport(paused);
    return Ok();
  });
}

int ImportUndoAll(const std::string& import) {
  int64_t left = 0;
  const int done = WithImport(import, [&](Api& api, const std::string& path) -> Status {
    Progress progress("undo");
    Json undone;
    do {
      VEFA_TRY(undone, api.Post(path + ":undo", Json::object()));
      progress.Show(Grouped(IntegerOf(undone, "undoneCount")) + " taken back");
    } while (TextOf(undone, "state") != "STATE_UNDONE");
    left = IntegerOf(undone, "leftCount");
    progress.Done(Grouped(IntegerOf(undone, "undoneCount")) + " taken back, " + Grouped(left) + " left");
    return EachProblem(api, TextOf(undone, "name"), true, [](const Json& problem) {
      std::printf("line %lld: %s %s: %s (%s)\n", static_cast<long long>(IntegerOf(problem, "line")), TextOf(problem, "contact").c_str(),
                  TextOf(problem, "field").c_str(), TextOf(problem, "message").c_str(), TextOf(problem, "reason").c_str());
    });
  });
  return done == kOk && left > 0 ? static_cast<int>(kSomeRejected) : done;
}

}  // namespace vefa::ctl
