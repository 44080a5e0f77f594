// Made-up names: lists of common given and family names, paired by the sample id.

#include "libs/base/check.h"
#include "services/ctl/cdnow.h"

namespace vefa::ctl::cdnow {
namespace {

constexpr const char* kTurkishGiven[] = {
    "Ayşe",  "Işıl",   "İpek",   "Çağla",  "Gülşen", "Özlem",  "Şirin",  "Zeynep", "Nilüfer", "Elif",   "Dilâra",
    "Yağmur", "İbrahim", "Oğuz",  "Çınar",  "Barış",  "Ümit",   "Şükrü",  "Mehmet", "Göktuğ",  "Kerem",  "Tuğrul",
    "Ilgaz", "Hüseyin", "Sıla",   "Emre",   "Bahadır", "Ece",   "Köksal"};
constexpr const char* kTurkishFamily[] = {
    "Yılmaz", "Şahin",   "Öztürk", "Çelik",  "Aydın",  "Kılıç",   "Işık",   "İnci",  "Güneş",  "Doğan",  "Aslan",
    "Kurt",   "Özdemir", "Yıldız", "Çakır",  "Erdoğdu", "Gündüz", "Toprak", "Ünal",  "Bozkır", "Şimşek", "Kaya",
    "Taşçı",  "Ağaoğlu", "Karaca", "İlhan",  "Sağlam", "Tekin",   "Uçar",   "Ölmez", "Yavuz"};
constexpr const char* kEnglishGiven[] = {
    "Alice",  "George", "Hannah", "Oliver", "Charlotte", "William", "Amelia", "Edward", "Grace",   "Henry",
    "Isabel", "Arthur", "Rose",   "Samuel", "Eleanor",   "Thomas",  "Lucy",   "Daniel", "Matilda", "Joseph",
    "Clara",  "Walter", "Ruth",   "Simon",  "Beatrice",  "Owen",    "Helen",  "Martin", "Zoë"};
constexpr const char* kEnglishFamily[] = {
    "Baker",   "Wright",  "O'Neill", "Turner",  "Hughes",   "Carter", "Palmer", "Ellis",  "Mason", "Barnes", "Fletcher",
    "Hudson",  "Marsh",   "Porter",  "Shaw",    "Lawson",   "Reid",   "Brontë", "Walsh",  "Cole",  "Newman", "Pearce",
    "Winters", "Ashford", "Holland", "Sinclair", "Whitaker", "Doyle", "Hayes",  "Barlow", "Vaughan"};

// The two lengths have no common divisor, so that the pairs do not repeat for given * family ids.
template <size_t kGiven, size_t kFamily>
std::string Pair(const char* const (&given)[kGiven], const char* const (&family)[kFamily], size_t k) {
  static_assert(kGiven == 29 && kFamily == 31);
  return std::string(given[k % kGiven]) + " " + family[k % kFamily];
}

}  // namespace

std::string NameOf(int n) {
  VEFA_CHECK(n > 0);
  size_t k = static_cast<size_t>(n) / 2;
  return n % 2 == 0 ? Pair(kTurkishGiven, kTurkishFamily, k) : Pair(kEnglishGiven, kEnglishFamily, k);
}

}  // namespace vefa::ctl::cdnow
