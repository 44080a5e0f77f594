// `vefactl rights affected|inventory`: whom a breach is about, and what is done with people's data.

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "libs/http/url.h"
#include "services/ctl/command_line.h"
#include "services/ctl/csv.h"
#include "services/ctl/operations.h"
#include "services/ctl/terminal.h"

namespace vefa::ctl {
namespace {

struct RegisterOptions {
  std::string filter, output;
};

// What a spreadsheet would run as a formula, made a text.
std::string Harmless(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  return CsvField(formula ? "'" + text : text);
}

// One row for each way to reach each of them; one without an address for who has none.
Result<int64_t> WriteAffected(Api& api, const Json& contact, std::ofstream& file) {
  const std::string name = TextOf(contact, "name");
  VEFA_TRY(Json answer, api.Get("/v1/" + name + "/points"));
  const std::string person = name + "," + Harmless(TextOf(contact, "externalId")) + "," + Harmless(TextOf(contact, "displayName")) + "," +
                             TextOf(contact, "language") + "," + TextOf(contact, "country") + ",";
  const Json& points = MemberOf(answer, "points");
  if (points.empty()) file << person << ",,\r\n";
  for (const Json& point : points)
    file << person << TextOf(point, "kind") << "," << TextOf(point, "state") << "," << Harmless(TextOf(point, "value")) << "\r\n";
  return static_cast<int64_t>(std::max<size_t>(points.size(), 1));
}

int RightsAffected(const RegisterOptions& options) {
  return WithApi([&](Api& api) -> Status {
    const std::string unfinished = options.output + ".new";
    VEFA_TRY_OK(MakePrivate(unfinished));
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    file << "contact,external_id,display_name,language,country,kind,state,address\r\n";
    Progress progress("affected");
    int64_t people = 0, rows = 0;
    std::string token;
    do {
      VEFA_TRY(Json page, api.Get("/v1/contacts?pageSize=200&filter=" + http::PercentEncode(options.filter) +
                                  (token.empty() ? "" : "&pageToken=" + http::PercentEncode(token))));
      for (const Json& contact : MemberOf(page, "contacts")) {
        VEFA_TRY(int64_t written, WriteAffected(api, contact, file));
        rows += written;
        ++people;
      }
      progress.Show(Grouped(people) + " people");
      token = TextOf(page, "nextPageToken");
    } while (!token.empty());
    file.close();
    if (!file || std::rename(unfinished.c_str(), options.output.c_str()) != 0)
      return Error{Code::kFailedPrecondition, "FILE_UNWRITABLE",
                   options.output + " cannot be written; check the folder and its permissions."};
    progress.Done(Grouped(people) + " people, " + Grouped(rows) + " rows in " + options.output);
    return Ok();
  });
}

int RightsInventory() {
  return WithApi([](Api& api) -> Status {
    VEFA_TRY(Json inventory, api.Get("/v1/processingInventory"));
    std::printf("%s\n", inventory.dump(2).c_str());
    return Ok();
  });
}

}  // namespace

void AddRegisterVerbs(CLI::App& group, Verb& run) {
  auto options = std::make_shared<RegisterOptions>();
  CLI::App* verb = Add(group, "affected", "Writes whom a breach is about, with every way to reach them, as CSV.",
                       "vefactl rights affected --filter 'source = \"webshop\" AND create_time < \"2026-01-01T00:00:00Z\"' --output breach.csv");
  verb->add_option("--filter", options->filter, "Which contacts, as ListContacts takes it")->required();
  verb->add_option("--output", options->output, "Where to write it")->required();
  verb->callback([&run, options] { run = [options] { return RightsAffected(*options); }; });
  verb = Add(group, "inventory", "Prints what is done with people's data: purposes, classes of fields, recipients, rules of retention.",
             "vefactl rights inventory > inventory.json");
  verb->callback([&run] { run = [] { return RightsInventory(); }; });
}

}  // namespace vefa::ctl
