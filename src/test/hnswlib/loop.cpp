// The same vectors and queries in hnswlib: IndexBenchmark writes them, and runs this. Prints queries a second at the
// least ef whose recall@10 is 0.99.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <hnswlib/hnswlib.h>

static const int K = 10;
static const double RECALL = 0.99;
static const double SECONDS = 4;

template <typename T>
static std::vector<T> read(const std::string& path, size_t count) {
    std::vector<T> values(count);
    std::ifstream in(path, std::ios::binary);
    in.read(reinterpret_cast<char*>(values.data()), count * sizeof(T));
    if (!in) {
        std::fprintf(stderr, "%s is too short\n", path.c_str());
        std::exit(1);
    }
    return values;
}

static double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "loop FOLDER QUERIES items dimension queries\n");
        return 2;
    }
    const std::string folder = argv[1], name = argv[2];
    const size_t items = std::stoul(argv[3]), dimension = std::stoul(argv[4]), queries = std::stoul(argv[5]);
    const auto vectors = read<float>(folder + "/items.f32", items * dimension);
    const auto asked = read<float>(folder + "/" + name + ".f32", queries * dimension);
    const auto nearest = read<int32_t>(folder + "/" + name + ".i32", queries * K);
    hnswlib::InnerProductSpace space(dimension);
    const std::string kept = folder + "/hnswlib-" + argv[3] + "-" + argv[4] + ".index";
    hnswlib::HierarchicalNSW<float>* index;
    if (std::ifstream(kept).good()) {
        index = new hnswlib::HierarchicalNSW<float>(&space, kept);
    } else {
        index = new hnswlib::HierarchicalNSW<float>(&space, items, 16, 100);
        const double began = now();
        std::atomic<size_t> next{0};
        std::vector<std::thread> builders;
        for (int t = 0; t < 2; t++) {
            builders.emplace_back([&] {
                for (size_t i = next++; i < items; i = next++) {
                    index->addPoint(&vectors[i * dimension], i);
                }
            });
        }
        for (auto& builder : builders) builder.join();
        std::printf("hnswlib: built in %.0f s on two threads\n", now() - began);
        index->saveIndex(kept);
    }
    for (size_t ef : {10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768}) {
        index->setEf(ef);
        size_t found = 0;
        for (size_t q = 0; q < queries; q++) {
            std::unordered_set<size_t> right(&nearest[q * K], &nearest[q * K] + K);
            auto top = index->searchKnn(&asked[q * dimension], K);
            for (; !top.empty(); top.pop()) found += right.count(top.top().second);
        }
        const double recall = found / double(queries * K);
        if (recall < RECALL) {
            std::printf("hnswlib, %s queries: ef %zu, recall@%d %.4f\n", name.c_str(), ef, K, recall);
            continue;
        }
        double perSecond[2];
        for (int threads = 1; threads <= 2; threads++) {
            std::atomic<size_t> done{0};
            std::vector<std::thread> searchers;
            const double end = now() + SECONDS;
            for (int t = 0; t < threads; t++) {
                searchers.emplace_back([&, t] {
                    size_t mine = 0;
                    while (now() < end) {
                        index->searchKnn(&asked[((t * 101 + mine) % queries) * dimension], K);
                        mine++;
                    }
                    done += mine;
                });
            }
            for (auto& searcher : searchers) searcher.join();
            perSecond[threads - 1] = done / SECONDS;
        }
        std::printf("hnswlib, %s queries: ef %zu, recall@%d %.4f, %.0f queries/s on one thread, %.0f on two\n",
                    name.c_str(), ef, K, recall, perSecond[0], perSecond[1]);
        break;
    }
    std::fflush(stdout);
    delete index;
}
