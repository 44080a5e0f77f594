// vefa-catalog DESCRIPTORS EXAMPLES OUT: writes OUT/catalog.json and OUT/asyncapi.json, made from the
// contract and its examples. The build runs it; the gateway serves the result.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "libs/catalog/documents.h"
#include "vefa/campaign/v1/campaign_events.pb.h"
#include "vefa/contact/v1/contact_events.pb.h"
#include "vefa/interaction/v1/interaction_events.pb.h"
#include "vefa/notification/v1/notification_events.pb.h"

namespace {

std::string Slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool Write(const std::filesystem::path& path, const vefa::catalog::Json& json) {
  std::ofstream file(path, std::ios::binary);
  file << json.dump(2) << "\n";
  return file.good();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: vefa-catalog DESCRIPTORS EXAMPLES OUT\n");
    return 2;
  }
  // Naming them keeps their descriptors in the program: the hashes are those the services send.
  for (const auto* event :
       {vefa::contact::v1::ContactEvent::descriptor(), vefa::interaction::v1::InteractionEvent::descriptor(),
        vefa::campaign::v1::CampaignEvent::descriptor(), vefa::notification::v1::NotificationEvent::descriptor()})
    if (event == nullptr) return 2;
  std::map<std::string, std::string> examples;
  for (const auto& entry : std::filesystem::directory_iterator(argv[2]))
    if (entry.path().extension() == ".json") examples[entry.path().stem()] = Slurp(entry.path());
  auto contract = vefa::catalog::Contract::Read(Slurp(argv[1]), examples);
  if (!contract.ok()) {
    std::fprintf(stderr, "vefa-catalog: %s\n", contract.error().message.c_str());
    return 1;
  }
  std::filesystem::path out(argv[3]);
  bool written = Write(out / "catalog.json", vefa::catalog::CatalogDocument(**contract)) &&
                 Write(out / "asyncapi.json", vefa::catalog::AsyncApiDocument(**contract, VEFA_VERSION));
  if (!written) std::fprintf(stderr, "vefa-catalog: cannot write to %s\n", argv[3]);
  return written ? 0 : 1;
}
