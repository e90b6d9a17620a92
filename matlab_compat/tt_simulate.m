function s = tt_simulate(description, folder, varargin)
%TT_SIMULATE  A recording with known truth, by `temtensile simulate`.
%   S = TT_SIMULATE(DESCRIPTION, FOLDER) simulates what the YAML file DESCRIPTION
%   says, leaves video, log and description of the test in FOLDER and returns
%   the truth: S.truth, a struct of column vectors by the columns of truth.csv;
%   S.values, truth.json; S.test, the path of the description to be analysed;
%   S.said, what the program printed.
%
%   Options, as name and value:
%     'seed'     of the random numbers (default: the description's)
%     'program'  the program (default: the environment variable TEMTENSILE, or
%                temtensile on the PATH)
%
%   Units: as the columns' names say.
%
%   Example
%     s = tt_simulate('simulation.yaml', 'recording');
%     r = tt_analyze(s.test, 'results');
%     plot(s.truth.video_s, s.truth.gauge_strain, r.curve.time_s, r.curve.strain, '.')
%
%   See also TT_ANALYZE.

% SPDX-License-Identifier: GPL-3.0-or-later
o = tt_options(struct('seed', [], 'program', ''), varargin);
words = {'simulate', description, '-o', folder};
if ~isempty(o.seed)
    words = [words, {'--seed', sprintf('%d', o.seed)}];
end
s.said = tt_run(o.program, words);
s.truth = tt_read_csv(fullfile(folder, 'truth.csv'));
s.values = tt_read_json(fullfile(folder, 'truth.json'));
s.test = fullfile(folder, 'test.yaml');
end
