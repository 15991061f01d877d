"""Operations timed beside their peers; run one as `python -m benchmarks.join`."""
