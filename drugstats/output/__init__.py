"""Charts, sentences, exhibits and documents; computes no statistic."""
