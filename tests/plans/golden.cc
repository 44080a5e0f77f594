#include "tests/plans/golden.h"

#include <fstream>

namespace vefa::plans {
namespace {

constexpr char kHead[] =
    "# What PostgreSQL does for each named statement at 1,000,000 rows. tests/plans/README.md says how this is made,\n"
    "# compared and written anew. Values are `?`.\n";
constexpr char kHow[] =
    "If that is meant, run `VEFA_WRITE_DOCS=1 build/bin/plans_test` against the engines, read what changed in"
    " tests/plans/golden, and commit it.";

// The name ends where the types, the note or the line begin.
std::string NameOf(const std::string& heading) { return heading.substr(0, heading.find_first_of("(:")); }

}  // namespace

Golden GoldenOf(const std::vector<Plan>& plans) {
  Golden golden;
  for (const Plan& plan : plans) {
    std::string block = plan.heading + "\n";
    for (const std::string& line : plan.lines) block += "  " + line + "\n";
    golden[plan.name] = block;
  }
  return golden;
}

Golden ReadGolden(const std::string& path) {
  Golden golden;
  std::ifstream file(path);
  std::string name;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with("#")) continue;
    if (!line.starts_with(" ")) name = NameOf(line);
    golden[name] += line + "\n";
  }
  return golden;
}

void WriteGolden(const std::string& path, const Golden& golden) {
  std::ofstream file(path);
  file << kHead;
  for (const auto& [name, block] : golden) file << "\n" << block;
}

std::map<std::string, std::string> Compare(const Golden& kept, const Golden& found) {
  std::map<std::string, std::string> complaints;
  for (const auto& [name, block] : found) {
    auto known = kept.find(name);
    if (known == kept.end()) {
      complaints[name] = "The statement " + name + " has no kept plan. It is now:\n" + block + kHow;
    } else if (known->second != block) {
      complaints[name] =
          "The statement " + name + " is planned otherwise. Kept:\n" + known->second + "Found:\n" + block + kHow;
    }
  }
  for (const auto& [name, block] : kept)
    if (!found.contains(name)) complaints[name] = "The statement " + name + " is gone; its plan is still kept. " + kHow;
  return complaints;
}

}  // namespace vefa::plans
